package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        builder.redirectErrorStream(true);
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
        return new StepSpec(script, script, Map.of(), "");
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
        StepSpec own = new StepSpec("own", "echo $A $B $C; pwd", Map.of("B", "own"), "sub");
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

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> records(Map.of("A B", "c"))).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> records(Map.of("A", "\0"))).isInstanceOf(Fault.class);
    }
}
