package io.slipway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.slipway.launcher.Machine.Ended;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

class LauncherTest {
    @TempDir Path folder;
    private Machine machine;

    @BeforeEach
    void machine() throws IOException {
        machine = new Machine(folder.toRealPath()).user(1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "dash", "bash --posix"})
    void everyPosixShellRunsIt(String shell) {
        machine.complete();
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        assumeTrue("sh".equals(shell) || machine.link(command.getFirst()), "no " + shell + " here");
        command.set(0, folder.resolve("bin").resolve(command.getFirst()).toString());
        command.add(machine.checkout() + "/slipway");
        command.add("status");

        Ended ended = machine.run(command);

        assertThat(ended.out()).endsWith("\n<status>\n");
        assertThat(ended.exit()).isZero();
    }

    @Test
    void argumentsArriveAsTheyWereWrittenAndTheFolderStays() throws IOException {
        machine.complete();

        Ended ended = machine.slipway("config", "set", "A=b  c", "", "*", "--yes");

        assertThat(ended.out())
                .isEqualTo(folder.toRealPath() + "\n<config>\n<set>\n<A=b  c>\n<>\n<*>\n<--yes>\n");
    }

    @Test
    void yesBelongsToTheLauncherBeforeTheWordAndAfterUp() {
        machine.complete();

        assertThat(machine.slipway("--yes", "logs", "web").out()).endsWith("\n<logs>\n<web>\n");
        assertThat(machine.slipway("up", "--yes", "--port", "8081").out())
                .endsWith("\n<up>\n<--port>\n<8081>\n");
    }

    @Test
    void aLinkToItWorks() throws IOException {
        machine.complete();
        Path link = folder.resolve("home/slipway");
        Files.createSymbolicLink(link, Path.of("../checkout/slipway"));

        assertThat(machine.run(List.of(link.toString(), "status")).out()).endsWith("<status>\n");
    }

    @Test
    void nothingIsBuiltWhenNothingChanged() throws IOException {
        machine.complete();
        String build =
                "mvn -B -q -f %s/pom.xml -Dquick -Dui.skip=false -DskipTests package\n"
                        .formatted(machine.checkout().toRealPath());
        Ended first = machine.slipway("status");
        assertThat(first.err())
                .matches(
                        "Slipway is built for the first time, which takes a few minutes:\n"
                                + "  server +\\d+ s\n");
        assertThat(machine.calls()).isEqualTo(build);

        Path source = machine.checkout().resolve("web/src/main/java/A.java");
        Files.setLastModifiedTime(source, FileTime.fromMillis(0));
        machine.write("checkout/web/src/test/java/ATest.java", "class ATest {}");
        assertThat(machine.slipway("status").err()).isEmpty();
        assertThat(machine.calls()).isEqualTo(build);

        Files.writeString(source, "class A { }");
        assertThat(machine.slipway("status").err())
                .startsWith("Slipway is built, because its sources changed:\n");
        assertThat(machine.calls()).isEqualTo(build + build);
    }

    @Test
    void aFailedBuildShowsWhyAndIsTriedAgain() {
        machine.complete().maven("echo 'A.java:[1,7] no such class'; exit 1");

        Ended ended = machine.slipway("up");

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .contains("A.java:[1,7] no such class\n")
                .endsWith("server failed; all of its output: " + log() + "\n");
        assertThat(machine.slipway("up").exit()).isEqualTo(1);
        assertThat(machine.calls().lines()).hasSize(2);
    }

    @Test
    void allThatIsMissingIsInOneMessageWithOneLineToPaste() {
        machine.complete().without("mvn", "docker", "git").tool("apt-get", "");

        Ended ended = machine.slipway("demo");

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.err())
                .isEqualTo(
                        """
                        Slipway needs what this machine does not have:
                          Maven 3.8        not in PATH
                          git              not in PATH
                          Docker engine    not installed
                        Paste this line, then start again:
                          sudo apt-get install -y curl git docker.io && CHECKOUT/slipway --yes demo
                        """
                                .replace("CHECKOUT", machine.checkout().toString()));
    }

    @Test
    void aNodeThatIsTooOldIsNamedWithItsVersion() {
        machine.complete().tool("node", "echo v18.19.0").tool("npm", "");
        machine.write("checkout/web/ui/package.json", "{}");

        assertThat(machine.slipway("status").err())
                .contains("  Node 20          %s/bin/node is v18.19.0\n".formatted(real()));
    }

    @Test
    void aJdk25IsFoundBesideAnOlderJavaHome() {
        machine.complete().jdk("old", "17.0.15");
        machine.with("JAVA_HOME", folder.resolve("old").toString());
        machine.with("JAVA25_HOME", folder.resolve("jdk").toString());
        machine.maven(
                """
                mkdir -p "$checkout/web/target/slipway/lib"
                echo "$JAVA25_HOME" >>"$root/calls"
                """);

        assertThat(machine.slipway("status").exit()).isZero();
        assertThat(machine.calls()).endsWith("\n" + folder.resolve("jdk") + "\n");
    }

    @Test
    void rootOnDebianInstallsWhatIsMissingWithoutAQuestionInContinuousIntegration() {
        machine.complete().without("docker", "chromium", "tmux").user(0).with("CI", "true");
        machine.tool(
                "apt-get",
                """
                echo "apt-get $*" >>"$root/calls"
                [ "$1" = install ] || exit 0
                for tool in docker chromium tmux; do
                    printf '#!/bin/sh\\n' >"$root/bin/$tool"
                    /bin/chmod +x "$root/bin/$tool"
                done
                """);

        Ended ended = machine.slipway("test");

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(machine.calls())
                .isEqualTo(
                        """
                        apt-get update -q
                        apt-get install -y -q --no-install-recommends chromium tmux docker.io iptables ca-certificates
                        mvn -B -ntp -f CHECKOUT/pom.xml -Dslipway.chromium=ROOT/bin/chromium verify \
                        -Dsurefire.rerunFailingTestsCount=1 -Dfailsafe.rerunFailingTestsCount=1
                        """
                                .replace("CHECKOUT", real() + "/checkout")
                                .replace("ROOT", real()));
    }

    @Test
    void withoutAptMavenComesAsAnArchiveIntoTheCacheFolder() {
        vendorOfMaven("sha512sum <\"$root/archive\"");

        Ended ended = machine.slipway("status");

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.err()).containsPattern("\n  Maven +\\d+ s\n");
        assertThat(folder.resolve("home/.cache/slipway/apache-maven-3.9.11/bin/mvn")).exists();
        assertThat(machine.calls()).startsWith("mvn -B -q ");
    }

    @Test
    void anArchiveWithAnotherChecksumIsNotUnpacked() {
        vendorOfMaven("printf '%0128d' 0");

        Ended ended = machine.slipway("status");

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.err()).containsPattern("the checksum is [0-9a-f]{128} and not 0{128}\n");
        assertThat(folder.resolve("home/.cache/slipway")).isEmptyDirectory();
    }

    /// A machine without Maven whose `curl` answers as the vendor does, with this command's
    /// checksum.
    private void vendorOfMaven(String checksum) {
        machine.complete().with("CI", "true");
        for (String tool : List.of("gzip", "sha512sum", "cut", "mkdir", "tar")) {
            assertThat(machine.link(tool)).as(tool).isTrue();
        }
        machine.tool(
                "curl",
                """
                case "$*" in
                    *.sha512)
                        tar -C "$root/vendor" -czf "$root/archive" apache-maven-3.9.11
                        %s | cut -c 1-128
                        ;;
                    *)
                        while [ "$1" != -o ]; do shift; done
                        cat "$root/archive" >"$2"
                        ;;
                esac
                """
                        .formatted(checksum));
        machine.move("bin/mvn", "vendor/apache-maven-3.9.11/bin/mvn");
    }

    @Test
    void whatPassedOnlyOnASecondTryIsNamed() {
        machine.complete()
                .with("CI", "true")
                .maven(
                        """
                        mkdir -p "$root/checkout/web/target/failsafe-reports"
                        cd "$root/checkout/web/target/failsafe-reports"
                        echo '<testcase name="a"/>' >TEST-SteadyIT.xml
                        echo '<testcase name="b"><flakyFailure/></testcase>' >TEST-ShakyIT.xml
                        """);

        Ended ended = machine.slipway("test");

        assertThat(ended.exit()).isZero();
        assertThat(ended.err())
                .contains("passed only on a second try: in ShakyIT\n")
                .doesNotContain("Steady");
    }

    @Test
    void aClusterForTestsIsBuiltBesideThemAndTakenDownAfterThem() {
        machine.complete()
                .with("SLIPWAY_TEST_KUBECONFIG", "")
                .maven("echo \"cluster ${SLIPWAY_TEST_CLUSTER:-none}\" >>\"$root/calls\"")
                .tool(
                        "../checkout/tools/cluster/cluster.sh",
                        "echo \"cluster.sh $*\" >>\"$root/calls\"\n");

        Ended ended = machine.slipway("test", "--cluster", "-Dtest=One");

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(machine.calls())
                .contains("cluster.sh build\n", "cluster true\n", " verify -Dtest=One\n")
                .endsWith("cluster.sh down\n");
    }

    @Test
    void theExitCodeOfTheSuiteIsTheLaunchers() {
        machine.complete().maven("echo one test failed; exit 7");

        Ended ended = machine.slipway("test", "-Dtest=One");

        assertThat(ended.exit()).isEqualTo(7);
        assertThat(ended.out()).isEqualTo("one test failed\n");
        assertThat(machine.calls()).endsWith(" verify -Dtest=One\n");
    }

    @Test
    void anEngineThatIsInstalledButNotRunningIsStartedByRoot() {
        stoppedEngine().user(0);

        Ended ended = machine.slipway("up");

        assertThat(ended.exit()).isZero();
        assertThat(ended.err()).containsPattern("  starting the engine +\\d+ s\n");
    }

    @Test
    void otherUsersAreToldHowToStartTheEngine() {
        stoppedEngine();

        Ended ended = machine.slipway("up");

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.err())
                .contains("  Docker engine    installed, but not running\n")
                .endsWith("  sudo systemctl start docker\n");
    }

    @Test
    void anEngineThatSomebodyNamedIsLeftToTheServer() {
        stoppedEngine().with("DOCKER_HOST", "tcp://build-host:2375");

        assertThat(machine.slipway("up").out()).endsWith("<up>\n");
    }

    private Machine stoppedEngine() {
        return machine.complete()
                .tool("docker", "[ -e \"$root/running\" ]")
                .tool("dockerd", "touch \"$root/running\"");
    }

    private String real() {
        try {
            return folder.toRealPath().toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String log() {
        return real() + "/checkout/web/target/launcher.log";
    }
}
