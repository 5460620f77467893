package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Shell;
import io.slipway.engine.plan.StepSpec;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The starter's text in every shell that is installed here, with the folders of a test in place of
/// those of a container.
final class StarterTest {
    private static final String NONCE = "0123456789abcdef0123456789abcdef";

    @TempDir Path folder;

    static Stream<List<String>> shells() {
        return Stream.of(
                        List.of("/bin/dash"),
                        List.of("/bin/busybox", "ash"),
                        List.of("/bin/bash", "--posix"))
                .filter(shell -> Files.isExecutable(Path.of(shell.getFirst())));
    }

    private record Ended(int code, MarkedText output) {}

    private Ended run(List<String> shell, byte[] records) throws Exception {
        return run(shell, System.getenv("PATH"), records);
    }

    private Ended run(List<String> shell, String path, byte[] records) throws Exception {
        Path scripts = Files.createDirectories(folder.resolve("scripts"));
        Path workspace = Files.createDirectories(folder.resolve("workspace/sub")).getParent();
        List<String> argv = new ArrayList<>(shell);
        argv.add("-c");
        argv.add(
                Starter.argv()
                        .getLast()
                        .replace(Starter.FOLDER, scripts.toString())
                        .replace("exec /bin/sh", "exec " + String.join(" ", shell)));
        ProcessBuilder builder = new ProcessBuilder(argv).directory(workspace.toFile());
        builder.redirectErrorStream(true).environment().put("PATH", path);
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(
                    new String(records, StandardCharsets.ISO_8859_1)
                            .replace(Starter.WORKSPACE, workspace.toString())
                            .getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("pipe");
        }
        byte[] output = process.getInputStream().readAllBytes();
        return new Ended(process.waitFor(), MarkedText.of(NONCE, output));
    }

    private static StepSpec step(String script) {
        return step(script, Shell.SH, null);
    }

    private static StepSpec step(String script, Shell shell, Condition when) {
        return new StepSpec(script, script, Map.of(), "", shell, when, null);
    }

    private static byte[] records(Map<String, String> env, StepSpec... steps) {
        return Starter.records(NONCE, env, "", List.of(steps));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void stepsRunInTurnAndTheFirstFailureIsTheExitStatus(List<String> shell) throws Exception {
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of(),
                                step("echo one; cd /"),
                                step("echo two >&2; pwd"),
                                step("false\necho never"),
                                step("echo never")));
        assertThat(ended.output().text())
                .isEqualTo("one\ntwo\n" + folder.resolve("workspace") + "\n");
        assertThat(ended.output().events)
                .containsExactly(
                        "ready", "begin 0", "end 0 0", "begin 1", "end 1 0", "begin 2", "end 2 1");
        assertThat(ended.code()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void valuesAndScriptsArriveByteForByte(List<String> shell) throws Exception {
        String value = " $HOME `id` $(id) 'a' \"b\" \\n \\ *\n\n\tsecond\r\nä€🚢\u0001\u007f\n";
        Map<String, String> env = new LinkedHashMap<>();
        env.put("VALUE", value);
        env.put("EMPTY", "");
        Ended ended =
                run(
                        shell,
                        records(
                                env,
                                step("printf '<%s><%s>' \"$VALUE\" \"$EMPTY\""),
                                step("cat <<'X'\n" + value + "\\\nX\nexit 4")));
        assertThat(ended.output().text()).isEqualTo("<" + value + "><>" + value + "\\\n");
        assertThat(ended.code()).isEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void variablesCarryOverAndAStepsOwnWin(List<String> shell) throws Exception {
        String env = folder.resolve("scripts/env").toString();
        StepSpec own =
                new StepSpec(
                        "own",
                        "echo $A $B $C; pwd",
                        Map.of("B", "own"),
                        "sub",
                        Shell.SH,
                        null,
                        null);
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("A", "job", "SLIPWAY_ENV", env),
                                step(
                                        "echo 'B=carried' >> $SLIPWAY_ENV; echo 'C=x=y z' >>"
                                                + " $SLIPWAY_ENV; printf '9=no\\n"
                                                + "A=new' >> $SLIPWAY_ENV"),
                                own,
                                step("echo $A $B")));
        assertThat(ended.output().text())
                .isEqualTo(
                        "slipway: a line of SLIPWAY_ENV is not KEY=value and is left out\n"
                                + "new own x=y z\n"
                                + folder.resolve("workspace/sub")
                                + "\nnew carried\n");
        assertThat(ended.code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void stepsHaveNoStandardInputAndKnowNoNonce(List<String> shell) throws Exception {
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("X", "1"),
                                step("cat; set | grep -c 0123456789abcd; env | grep slipway_")));
        assertThat(ended.output().text()).isEqualTo("0\n");
        assertThat(ended.code()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void recordsCutAtAnyByteStartNothing(List<String> shell) throws Exception {
        byte[] all = records(Map.of("A", "b\nc"), step("echo began"));
        for (int length = 0; length < all.length - 1; length += 3) {
            Ended ended = run(shell, Arrays.copyOf(all, length));
            assertThat(ended.code()).isEqualTo(Starter.NO_RECORDS);
            assertThat(ended.output().text())
                    .isEqualTo("slipway: the records of this job did not arrive\n");
            assertThat(ended.output().events).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void variablesOfAnyNameDoNotReachTheStarter(List<String> shell) throws Exception {
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("PATH", "/nowhere", "IFS", "0", "HOME", "/h"),
                                step("echo $HOME"),
                                step("echo $HOME")));
        assertThat(ended.output().text()).isEqualTo("/h\n/h\n");
        assertThat(ended.code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void afterAFailureOnlyThoseStepsRunThatAskForIt(List<String> shell) throws Exception {
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("SLIPWAY_ENV", folder.resolve("scripts/env").toString()),
                                step("echo early", Shell.SH, Condition.FAILURE),
                                step("echo A=b >> $SLIPWAY_ENV; exit 3"),
                                step("echo never"),
                                step("echo failure $A; exit 4", Shell.SH, Condition.FAILURE),
                                new StepSpec("s", "echo s", Map.of(), "", null, null, "not main"),
                                step("echo always", Shell.SH, Condition.ALWAYS)));
        assertThat(ended.output().text()).isEqualTo("failure b\nalways\n");
        assertThat(ended.output().events)
                .containsExactly(
                        "ready", "begin 1", "end 1 3", "begin 3", "end 3 4", "begin 5", "end 5 0");
        assertThat(ended.code()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void bashRunsWhatSaysNoShellWhereThereIsOne(List<String> shell) throws Exception {
        String which = "echo ${BASH_VERSION:+bash}; false | true; echo reached";
        Ended with =
                run(shell, records(Map.of(), step(which, Shell.SH, null), step(which, null, null)));
        boolean bash = shell.getFirst().endsWith("bash");
        assertThat(with.output().text()).isEqualTo((bash ? "bash" : "") + "\nreached\n" + "bash\n");
        assertThat(with.code()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void anImageWithoutBashIsToldOnlyWhenTheFileWantsIt(List<String> shell) throws Exception {
        Ended ended =
                run(
                        shell,
                        "/nowhere",
                        records(
                                Map.of(),
                                step("echo any", null, null),
                                step("echo never", Shell.BASH, null)));
        assertThat(ended.output().text())
                .isEqualTo(
                        "any\nslipway: there is no bash in this image: write shell: sh, or take"
                                + " another\n");
        assertThat(ended.code()).isEqualTo(127);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void outputsAreGivenAtTheEndByteForByte(List<String> shell) throws Exception {
        String output = folder.resolve("scripts/output").toString();
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("SLIPWAY_OUTPUT", output),
                                step("echo A=1 >> $SLIPWAY_OUTPUT; echo text"),
                                step(
                                        "printf '%s\\n\\n%s' 'B= $(id) \\n \u20ac\u001eslipway "
                                                + NONCE
                                                + " end 0 1' 'last' >> $SLIPWAY_OUTPUT; exit 2")));
        assertThat(ended.output().text()).isEqualTo("text\n");
        assertThat(ended.output().events)
                .endsWith(
                        "out A=1",
                        "out B= $(id) \\n \u20ac\u001eslipway " + NONCE + " end 0 1",
                        "out ",
                        "out last",
                        "outputs");
        assertThat(ended.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void moreThanAMebibyteOfOutputsFailsTheJob(List<String> shell) throws Exception {
        String output = folder.resolve("scripts/output").toString();
        Ended ended =
                run(
                        shell,
                        records(
                                Map.of("SLIPWAY_OUTPUT", output),
                                step(
                                        "echo A=1 > $SLIPWAY_OUTPUT; head -c 1048576 /dev/zero | tr"
                                                + " '\\0' x >> $SLIPWAY_OUTPUT")));
        assertThat(ended.output().text())
                .isEqualTo("slipway: SLIPWAY_OUTPUT has more than 1 MiB\n");
        assertThat(ended.output().events).endsWith("out A=1", "outputs");
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> records(Map.of("A B", "c"))).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> records(Map.of("A", "\0"))).isInstanceOf(Fault.class);
    }
}
