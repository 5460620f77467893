package io.slipway.engine.step;

import io.slipway.engine.plan.StepSpec;
import io.slipway.fault.Fault;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The fixed script that is the only thing in the argv of a job's container, and the records that
/// it reads from its standard input.
///
/// It reads line by line with the shell's own `read`, which takes no byte more than the line (a
/// buffered reader such as busybox's `head -c` may swallow what follows) and forks nothing. Records
/// are complete before the first step begins; without all of them it ends with [#NO_RECORDS]. Then
/// each step is a new `sh -e FILE` with no standard input, its standard error in its standard
/// output; marks ([Marks]) say where steps begin and end. The exit status is that of the first step
/// that fails, else 0.
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

    /// What all records of one job may have together, in bytes.
    static final int LARGEST = 4 << 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    // Every variable is quoted and has a prefix: one that the image sets too would stay exported.
    private static final String SCRIPT =
            """
            exec 2>&1
            slipway_lost() { echo 'slipway: the records of this job did not arrive'; exit 90; }
            slipway_line() { IFS= read -r slipway_l || slipway_lost; }
            slipway_text() {
            slipway_line; slipway_n="$slipway_l"; slipway_line; slipway_t="$slipway_l"
            while [ "$slipway_n" -gt 0 ]; do slipway_line; slipway_t="$slipway_t
            $slipway_l"; slipway_n=$((slipway_n - 1)); done; }
            slipway_mark() { printf '\\036slipway %s %s\\n' "$slipway_nonce" "$1"; }
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
            slipway_mark ready
            slipway_i=0
            while [ "$slipway_i" -lt "$slipway_steps" ]; do
            slipway_mark "begin $slipway_i"
            (
            for slipway_t do case "$slipway_t" in
            j:*) export "${slipway_t#*:}" ;;
            "c$slipway_i:"*) cd "${slipway_t#*:}" || exit 1 ;;
            esac; done
            for slipway_t do case "$slipway_t" in
            "$slipway_i:"*) export "${slipway_t#*:}" ;;
            esac; done
            exec /bin/sh -e "/run/slipway/$slipway_i"
            )
            slipway_code=$?
            slipway_mark "end $slipway_i $slipway_code"
            [ "$slipway_code" -eq 0 ] || exit "$slipway_code"
            if [ -s /run/slipway/env ]; then
            while IFS= read -r slipway_l || [ -n "$slipway_l" ]; do
            case "${slipway_l%%=*}" in
            "$slipway_l" | '' | [0-9]* | *[!A-Za-z0-9_]*)
            echo 'slipway: a line of SLIPWAY_ENV is not KEY=value and is left out' ;;
            *) set -- "$@" "j:$slipway_l" ;;
            esac; done < /run/slipway/env
            : > /run/slipway/env
            fi
            slipway_i=$((slipway_i + 1)); done
            exit 0
            """;

    private Starter() {}

    /// The container's whole argv, in place of the image's entry point and command.
    public static List<String> argv() {
        return List.of("/bin/sh", "-c", SCRIPT);
    }

    /// What the starter reads from its standard input, complete.
    ///
    /// @param nonce word that no step knows; in every mark
    /// @param env for every step, byte for byte; a step's own wins
    /// @param directory where steps start, relative to the workspace; empty for its root
    /// @throws Fault CONFIGURATION for a name that is none, a text with a NUL, or too much
    public static byte[] records(
            String nonce, Map<String, String> env, String directory, List<StepSpec> steps) {
        Records records = new Records();
        records.line(nonce);
        int pairs = env.size() + steps.size();
        for (StepSpec step : steps) {
            pairs += step.env().size();
        }
        records.line(Integer.toString(pairs));
        env.forEach((name, value) -> records.variable("j", name, value));
        for (int i = 0; i < steps.size(); i++) {
            StepSpec step = steps.get(i);
            String own = step.directory().isEmpty() ? directory : step.directory();
            records.text("c" + i + ":" + WORKSPACE + (own.isEmpty() ? "" : "/" + own));
            for (Map.Entry<String, String> variable : step.env().entrySet()) {
                records.variable(Integer.toString(i), variable.getKey(), variable.getValue());
            }
        }
        records.line(Integer.toString(steps.size()));
        steps.forEach(step -> records.text(step.script()));
        records.line("end");
        return records.bytes();
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
