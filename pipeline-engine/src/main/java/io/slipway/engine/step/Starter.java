package io.slipway.engine.step;

import io.slipway.engine.graph.Condition;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.StepSpec;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// The fixed script that is the only thing in the argv of a job's container, and the records that
/// it reads from its standard input.
///
/// It reads line by line with the shell's own `read`, which takes no byte more than the line (a
/// buffered reader such as busybox's `head -c` may swallow what follows) and forks nothing. Records
/// are complete before the first step begins; without all of them it ends with [#NO_RECORDS]. Then
/// each step is a new shell (`bash -eo pipefail FILE` or `sh -e FILE`) with no standard input, its
/// standard error in its standard output; marks ([Marks]) say where steps begin and end. A step
/// with an image of its own runs in a container of its own ([#argvElsewhere]) while this one waits.
/// After a step that fails only those run that ask for it. Which do, and the exit status, which is
/// that of the first step that fails, else 0, are known to the starter alone: no file says them.
public final class Starter {
    /// Where the runner mounts a tmpfs that every user of the container may write to (mode 1777, at
    /// least 8 MiB).
    public static final String FOLDER = "/run/slipway";

    /// Where the workspace is mounted, and where steps start.
    public static final String WORKSPACE = "/workspace";

    /// The exit status when the standard input ended before all records had arrived.
    public static final int NO_RECORDS = 90;

    /// The exit status when the folder for the scripts could not be written to.
    public static final int NO_FOLDER = 91;

    /// What the file for outputs may hold, in bytes.
    static final int LARGEST_OUTPUT = 1 << 20;

    /// What all records of one job may have together, in bytes.
    static final int LARGEST = 4 << 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    // Every variable is quoted and has a prefix: one that the image sets too would stay exported.
    private static final String SHARED =
            """
            exec 2>&1
            slipway_lost() { echo 'slipway: the records of this job did not arrive'; exit 90; }
            slipway_line() { IFS= read -r slipway_l || slipway_lost; }
            slipway_text() {
            slipway_line; slipway_n="$slipway_l"; slipway_line; slipway_t="$slipway_l"
            while [ "$slipway_n" -gt 0 ]; do slipway_line; slipway_t="$slipway_t
            $slipway_l"; slipway_n=$((slipway_n - 1)); done; }
            slipway_run() { (
            if [ "$slipway_shell" = none ]; then
            echo 'slipway: there is no bash in this image: write shell: sh, or take another'
            exit 127; fi
            for slipway_t do case "$slipway_t" in
            [je]:*) export "${slipway_t#*:}" ;;
            "c$slipway_i:"*) cd "${slipway_t#*:}" || exit 1 ;;
            esac; done
            for slipway_t do case "$slipway_t" in
            "$slipway_i:"*) export "${slipway_t#*:}" ;;
            esac; done
            [ -z "$slipway_shell" ] ||
            exec "$slipway_shell" -eo pipefail "/run/slipway/$slipway_i"
            exec /bin/sh -e "/run/slipway/$slipway_i"
            ) }
            slipway_pause() { sleep 0.1 2> /dev/null || sleep 1 || exit 92; }
            """;

    private static final String SCRIPT =
            SHARED
                    + """
                    slipway_elsewhere() {
                    : > /run/slipway/given
                    for slipway_t do case "$slipway_t" in
                    e:*) printf '%s\\n' "${slipway_t#*:}" >> /run/slipway/given ;;
                    esac; done
                    : > "/run/slipway/${slipway_own% *}"; slipway_code=
                    while [ -z "$slipway_code" ]; do
                    for slipway_t in "/run/slipway/${slipway_own#* }".*; do
                    [ ! -e "$slipway_t" ] || slipway_code="${slipway_t##*.}"; done
                    [ -n "$slipway_code" ] || slipway_pause; done; }
                    slipway_mark() { printf '\\036slipway %s %s\\n' "$slipway_nonce" "$1"; }
                    slipway_generated() {
                    if [ ! -f "$1" ]; then
                    echo "slipway: there is no file $1 to take jobs from"; slipway_failed=1; return; fi
                    slipway_any=yes; slipway_n=0
                    while IFS= read -r slipway_l || [ -n "$slipway_l" ]; do
                    slipway_n=$((slipway_n + ${#slipway_l} + 1))
                    if [ "$slipway_n" -gt 262144 ]; then
                    echo "slipway: $1 has more than 256 KiB"; slipway_failed=1; return; fi
                    slipway_mark "gen $slipway_l"
                    done < "$1"; }
                    slipway_line; slipway_nonce="$slipway_l"
                    slipway_line; slipway_left="$slipway_l"; set --
                    while [ "$slipway_left" -gt 0 ]; do
                    slipway_text; set -- "$@" "$slipway_t"; slipway_left=$((slipway_left - 1)); done
                    slipway_line; slipway_steps="$slipway_l"; slipway_i=0
                    while [ "$slipway_i" -lt "$slipway_steps" ]; do
                    slipway_text; printf '%s\\n' "$slipway_t" > "/run/slipway/$slipway_i" || exit 91
                    slipway_i=$((slipway_i + 1)); done
                    slipway_line; [ "$slipway_l" = end ] || slipway_lost
                    exec < /dev/null
                    : > /run/slipway/env || exit 91
                    : > /run/slipway/output || exit 91
                    slipway_bash="$(command -v bash 2> /dev/null)"
                    slipway_mark ready
                    slipway_failed=0; slipway_i=0
                    while [ "$slipway_i" -lt "$slipway_steps" ]; do
                    slipway_run=no; slipway_shell=; slipway_own=
                    for slipway_t do case "$slipway_t" in
                    "w$slipway_i:success") [ "$slipway_failed" -eq 0 ] && slipway_run=yes ;;
                    "w$slipway_i:failure") [ "$slipway_failed" -ne 0 ] && slipway_run=yes ;;
                    "w$slipway_i:always") slipway_run=yes ;;
                    "s$slipway_i:any") slipway_shell="$slipway_bash" ;;
                    "s$slipway_i:bash") slipway_shell="${slipway_bash:-none}" ;;
                    "o$slipway_i:"*) slipway_own="${slipway_t#*:}" ;;
                    esac; done
                    if [ "$slipway_run" = yes ]; then
                    slipway_mark "begin $slipway_i"
                    if [ -z "$slipway_own" ]; then slipway_run "$@"; slipway_code=$?
                    else slipway_elsewhere "$@"; fi
                    slipway_mark "end $slipway_i $slipway_code"
                    [ "$slipway_failed" -ne 0 ] || slipway_failed="$slipway_code"
                    if [ -s /run/slipway/env ]; then
                    while IFS= read -r slipway_l || [ -n "$slipway_l" ]; do
                    case "${slipway_l%%=*}" in
                    "$slipway_l" | '' | [0-9]* | *[!A-Za-z0-9_]*)
                    echo 'slipway: a line of SLIPWAY_ENV is not KEY=value and is left out' ;;
                    *) set -- "$@" "e:$slipway_l" ;;
                    esac; done < /run/slipway/env
                    : > /run/slipway/env
                    fi
                    fi
                    slipway_i=$((slipway_i + 1)); done
                    slipway_any=no
                    if [ -s /run/slipway/output ]; then
                    slipway_any=yes; slipway_n=0
                    while IFS= read -r slipway_l || [ -n "$slipway_l" ]; do
                    slipway_n=$((slipway_n + ${#slipway_l} + 1))
                    if [ "$slipway_n" -gt 1048576 ]; then
                    echo 'slipway: SLIPWAY_OUTPUT has more than 1 MiB'
                    [ "$slipway_failed" -ne 0 ] || slipway_failed=1
                    break; fi
                    slipway_mark "out $slipway_l"
                    done < /run/slipway/output
                    fi
                    for slipway_t do case "$slipway_t" in
                    "g:"*) [ "$slipway_failed" -eq 0 ] && slipway_generated "${slipway_t#*:}" ;;
                    esac; done
                    [ "$slipway_any" = no ] || slipway_mark outputs
                    slipway_mark done
                    exit "$slipway_failed"
                    """;

    /// What the container of a step with an image of its own runs. It waits for its turn, which the
    /// job's starter gives it by a file whose name nobody else knows, and tells the end by another.
    private static final String ELSEWHERE =
            SHARED
                    + """
                    slipway_line; slipway_i="$slipway_l"
                    slipway_line; slipway_begin="$slipway_l"
                    slipway_line; slipway_end="$slipway_l"
                    slipway_line; slipway_how="$slipway_l"
                    slipway_line; slipway_left="$slipway_l"; set --
                    while [ "$slipway_left" -gt 0 ]; do
                    slipway_text; set -- "$@" "$slipway_t"; slipway_left=$((slipway_left - 1)); done
                    slipway_line; [ "$slipway_l" = end ] || slipway_lost
                    exec < /dev/null
                    slipway_shell="$(command -v bash 2> /dev/null)"
                    [ "$slipway_how" != bash ] || slipway_shell="${slipway_shell:-none}"
                    [ "$slipway_how" != sh ] || slipway_shell=
                    while [ ! -e "/run/slipway/$slipway_begin" ]; do slipway_pause; done
                    while IFS= read -r slipway_l || [ -n "$slipway_l" ]; do
                    set -- "$@" "e:$slipway_l"; done < /run/slipway/given
                    slipway_run "$@"; slipway_code=$?
                    : > "/run/slipway/$slipway_end.$slipway_code"
                    exit "$slipway_code"
                    """;

    private Starter() {}

    /// The container's whole argv, in place of the image's entry point and command.
    public static List<String> argv() {
        return List.of("/bin/sh", "-c", SCRIPT);
    }

    /// The whole argv of the container of a step with an image of its own.
    public static List<String> argvElsewhere() {
        return List.of("/bin/sh", "-c", ELSEWHERE);
    }

    /// The containers of the steps that have an image of their own and may run.
    ///
    /// @param nonce, env, spec as given to [#records]
    public static List<Order.OwnContainer> elsewhere(
            String nonce, Map<String, String> env, CheckSpec spec) {
        List<Order.OwnContainer> own = new ArrayList<>();
        for (int i = 0; i < spec.steps().size(); i++) {
            StepSpec step = spec.steps().get(i);
            if (isElsewhere(step)) {
                byte[] records = elsewhere(nonce, env, spec.directory(), i, step);
                String begin = (char) 0x1e + "slipway " + nonce + " begin " + i + "\n";
                own.add(
                        new Order.OwnContainer(
                                i,
                                String.valueOf(step.image()),
                                begin.getBytes(StandardCharsets.ISO_8859_1),
                                () -> records));
            }
        }
        return List.copyOf(own);
    }

    private static boolean isElsewhere(StepSpec step) {
        return step.image() != null && step.skipped() == null;
    }

    private static byte[] elsewhere(
            String nonce, Map<String, String> env, String directory, int i, StepSpec step) {
        Records records = new Records();
        records.line(Integer.toString(i));
        records.line(word(nonce, i, "begin"));
        records.line(word(nonce, i, "end"));
        records.line(shell(step));
        records.line(Integer.toString(env.size() + 1 + step.env().size()));
        env.forEach((name, value) -> records.variable("j", name, value));
        records.text("c" + i + ":" + directory(step, directory));
        step.env().forEach((name, value) -> records.variable(Integer.toString(i), name, value));
        records.line("end");
        return records.bytes();
    }

    /// Name of a file that no step knows before it is there.
    private static String word(String nonce, int step, String what) {
        try {
            byte[] text = (nonce + " " + step + " " + what).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String directory(StepSpec step, String directory) {
        String own = step.directory().isEmpty() ? directory : step.directory();
        return WORKSPACE + (own.isEmpty() ? "" : "/" + own);
    }

    /// What the starter reads from its standard input, complete.
    ///
    /// @param nonce word that no step knows; in every mark
    /// @param env for every step, byte for byte; a step's own wins
    /// @param spec whose steps, their folder and the file that they generate count
    /// @throws Fault CONFIGURATION for a name that is none, a text with a NUL, or too much
    public static byte[] records(String nonce, Map<String, String> env, CheckSpec spec) {
        return records(nonce, env, spec.directory(), spec.generate(), spec.steps());
    }

    /// What the starter reads from its standard input, complete.
    ///
    /// @param directory where steps start, relative to the workspace; empty for its root
    public static byte[] records(
            String nonce, Map<String, String> env, String directory, List<StepSpec> steps) {
        return records(nonce, env, directory, null, steps);
    }

    private static byte[] records(
            String nonce,
            Map<String, String> env,
            String directory,
            @Nullable String generate,
            List<StepSpec> steps) {
        Records records = new Records();
        records.line(nonce);
        int pairs = env.size() + 3 * steps.size() + (generate == null ? 0 : 1);
        for (StepSpec step : steps) {
            pairs += step.env().size() + (isElsewhere(step) ? 1 : 0);
        }
        records.line(Integer.toString(pairs));
        env.forEach((name, value) -> records.variable("j", name, value));
        for (int i = 0; i < steps.size(); i++) {
            StepSpec step = steps.get(i);
            records.text("c" + i + ":" + directory(step, directory));
            if (isElsewhere(step)) {
                records.text("o" + i + ":" + word(nonce, i, "begin") + " " + word(nonce, i, "end"));
            }
            records.text("w" + i + ":" + when(step));
            records.text("s" + i + ":" + shell(step));
            for (Map.Entry<String, String> variable : step.env().entrySet()) {
                records.variable(Integer.toString(i), variable.getKey(), variable.getValue());
            }
        }
        if (generate != null) {
            records.text("g:" + WORKSPACE + "/" + generate);
        }
        records.line(Integer.toString(steps.size()));
        steps.forEach(step -> records.text(step.script()));
        records.line("end");
        return records.bytes();
    }

    private static String when(StepSpec step) {
        Condition when = step.when() == null ? Condition.SUCCESS : step.when();
        return step.skipped() != null ? "never" : when.name().toLowerCase(Locale.ROOT);
    }

    private static String shell(StepSpec step) {
        return step.shell() == null ? "any" : step.shell().name().toLowerCase(Locale.ROOT);
    }

    /// Lines, and texts with the number of their line breaks in front.
    private static final class Records {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void line(String line) {
            out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        void text(String text) {
            if (text.indexOf('\0') >= 0) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot hand a step its script or a variable: it holds a NUL",
                        "take the NUL out");
            }
            line(Long.toString(text.chars().filter(c -> c == '\n').count()));
            line(text);
        }

        void variable(String tag, String name, String value) {
            if (!NAME.matcher(name).matches()) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot set the variable '" + name + "': that is no name",
                        "use letters, digits and _, not beginning with a digit");
            }
            text(tag + ":" + name + "=" + value);
        }

        byte[] bytes() {
            if (out.size() > LARGEST) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot start the job: its scripts and variables have more than 4 MiB",
                        "keep large scripts in the repository and call them from there");
            }
            return out.toByteArray();
        }
    }
}
