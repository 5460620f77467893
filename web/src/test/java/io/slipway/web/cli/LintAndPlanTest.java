package io.slipway.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

class LintAndPlanTest {
    private record Answer(int code, String out, String err) {}

    @TempDir Path parent;

    @Test
    void problemsAreLinesThatEditorsRead() throws IOException {
        Path file = write("shop/.slipway.yml", "jobs:\n  test: { image: busybox, stps: [a] }\n");

        assertThat(run(new LintCommand(), file.toString()))
                .isEqualTo(
                        new Answer(
                                1,
                                file
                                        + ":2:27: jobs.test.stps: unknown key:"
                                        + " did you mean 'steps'?\n",
                                ""));
    }

    @Test
    void fileWithoutProblemsPrintsNothing() throws IOException {
        Path file = write("shop/.slipway.yml", "jobs:\n  test: { image: busybox, steps: [a] }\n");

        assertThat(run(new LintCommand(), file.toString())).isEqualTo(new Answer(0, "", ""));
        assertThat(run(new LintCommand(), "--json", file.toString()).out()).isEqualTo("[]\n");
    }

    @Test
    void foldersThatTheFileNamesAreLookedFor() throws IOException {
        Path file = write("shop/.slipway.yml", "apps:\n  cart: { path: cart }\n");

        assertThat(run(new LintCommand(), file.toString()).out())
                .isEqualTo(
                        file
                                + ":2:17: apps.cart.path: there is no folder cart:"
                                + " write one of the repository\n");
    }

    @Test
    void fileOfAnotherNameIsReadAlone() throws IOException {
        Path file = write("shop/other.yml", "apps:\n  cart: { path: cart, prot: 1 }\n");

        assertThat(run(new LintCommand(), "--json", file.toString()).out())
                .isEqualTo(
                        "[{\"file\":\""
                                + file
                                + "\",\"line\":2,\"column\":23,\"path\":\"apps.cart.prot\","
                                + "\"message\":\"unknown key\","
                                + "\"remedy\":\"did you mean 'port'?\"}]\n");
    }

    @Test
    void fileThatIsNotThereIsAWrongCommand() {
        Answer answer = run(new LintCommand(), parent.resolve("none.yml").toString());

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).startsWith("cannot read ").contains("there is no such file");
    }

    @Test
    void planOfAFolder() throws IOException {
        write("My Shop/Dockerfile", "FROM busybox\n");

        assertThat(run(new PlanCommand(), parent.resolve("My Shop").toString()))
                .isEqualTo(
                        new Answer(
                                0,
                                """
                                plan for main, the files as they are
                                  image my-shop           builds Dockerfile
                                  my-shop to production   rolls out at my-shop.localhost
                                                          after image my-shop
                                found Dockerfile -> app my-shop
                                gate: production takes main (Slipway's default)
                                """,
                                ""));
    }

    @Test
    void branchIsTheOneThatIsCheckedOut() throws IOException {
        write("api/Dockerfile", "FROM busybox\n");
        write("api/.git/HEAD", "ref: refs/heads/feature-x\n");
        write("api/.git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk\n");

        assertThat(run(new PlanCommand(), parent.resolve("api").toString()).out())
                .isEqualTo(
                        """
                        plan for feature-x, the files as they are
                          image project           builds Dockerfile
                        found Dockerfile -> app project
                        gate: production takes trunk (Slipway's default)
                        feature-x is not rolled out: production takes trunk
                        """);
        assertThat(
                        run(
                                        new PlanCommand(),
                                        "--branch",
                                        "trunk",
                                        "--domain",
                                        "example.com",
                                        parent.resolve("api").toString())
                                .out())
                .contains("rolls out at project.example.com");
    }

    @Test
    void planAsJson() throws IOException {
        write("shop/Dockerfile", "FROM busybox\n");

        assertThat(run(new PlanCommand(), "--json", parent.resolve("shop").toString()).out())
                .startsWith("{\"jobs\":[{\"name\":\"image shop\",\"spec\":{\"kind\":\"image\",");
    }

    private Path write(String path, String text) throws IOException {
        Path file = parent.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static Answer run(Object command, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                new CommandLine(command)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(args);
        return new Answer(code, out.toString(), err.toString());
    }
}
