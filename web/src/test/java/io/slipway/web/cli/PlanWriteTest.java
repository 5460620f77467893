package io.slipway.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class PlanWriteTest {
    private static final Path SAMPLES = Path.of("../pipeline-engine/src/test/samples");

    private record Answer(int code, String out, String err) {}

    @TempDir Path parent;

    /// Each of the projects that DetectedKindsTest builds.
    @TestFactory
    List<DynamicTest> whatIsWrittenPlansToTheSameGraph() throws IOException {
        try (Stream<Path> samples = Files.list(SAMPLES)) {
            return samples.filter(Files::isDirectory)
                    .sorted()
                    .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> same(sample)))
                    .toList();
        }
    }

    private void same(Path sample) throws IOException {
        Path folder = parent.resolve(String.valueOf(sample.getFileName()));
        copy(sample, folder);
        JsonNode before = jobs(folder);

        assertThat(run(new PlanCommand(), "--write", folder.toString()).code()).isZero();

        Path file = folder.resolve(".slipway.yml");
        assertThat(run(new LintCommand(), file.toString())).isEqualTo(new Answer(0, "", ""));
        assertThat(before).isNotEmpty();
        assertThat(jobs(folder)).isEqualTo(before);
    }

    /// A repository that somebody else made may hold a link to any file of this machine.
    @Test
    void nothingIsWrittenThroughALink() throws IOException {
        write("shop/site/Dockerfile", "FROM busybox\n");
        Path other = write("profile", "mine");
        Files.createSymbolicLink(parent.resolve("shop/.slipway.yml"), other);

        Answer answer =
                run(new PlanCommand(), "--write", "--force", parent.resolve("shop").toString());

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("is a symbolic link");
        assertThat(other).hasContent("mine");
    }

    @Test
    void fileSaysWhatWasFound() throws IOException {
        write("shop/api/package.json", "{}");
        write("shop/api/Procfile", "web: node a.js\nclock: node b.js --every \"1 h\"\n");
        write("shop/site/Dockerfile", "FROM busybox\n");

        Answer answer = run(new PlanCommand(), "--write", parent.resolve("shop").toString());

        assertThat(answer)
                .isEqualTo(
                        new Answer(
                                0,
                                """
                                found api, a Node project with npm, without a lock file: starts by \
                                Procfile -> app api
                                found clock in Procfile -> app api-clock
                                found site/Dockerfile -> app site
                                written: %s
                                """
                                        .formatted(parent.resolve("shop/.slipway.yml")),
                                ""));
        assertThat(parent.resolve("shop/.slipway.yml"))
                .hasContent(
                        """
                        # Written by `slipway plan --write` from what was found in the sources.
                        # Every key that is possible: docs/pipeline-reference.yml
                        apps:
                          api:
                            # found a Node project with npm, without a lock file: starts by Procfile
                            # its Dockerfile is generated, and printed by `slipway plan`; one of your
                            # own in this folder replaces it
                            path: api
                          api-clock:
                            # a line of the Procfile
                            use: api
                            command: ["sh", "-c", "exec node b.js --every \\"1 h\\""]
                            port: none
                          site:
                            # found site/Dockerfile
                            path: site
                        """);
        JsonNode written = jobs(parent.resolve("shop"));
        Files.delete(parent.resolve("shop/.slipway.yml"));
        assertThat(jobs(parent.resolve("shop"))).isEqualTo(written);
    }

    @Test
    void theAppIsNamedAsAPushToTheRemoteWouldNameIt() throws IOException {
        write("here/index.html", "hello");
        write(
                "here/.git/config",
                """
                [remote "slipway"]
                \turl = http://localhost:8080/web/page.git
                [remote "origin"]
                \turl = https://example.com/other.git
                """);
        String folder = parent.resolve("here").toString();

        assertThat(run(new PlanCommand(), folder).out()).contains("web-page.localhost");
        assertThat(run(new PlanCommand(), "--write", folder).code()).isZero();
        assertThat(parent.resolve("here/.slipway.yml")).content().contains("\n  page:\n");
    }

    @Test
    void fileThatIsThereStaysUnlessForced() throws IOException {
        write("shop/Dockerfile", "FROM busybox\n");
        Path file = write("shop/.slipway.yml", "apps: {}\n");
        String folder = parent.resolve("shop").toString();

        Answer refused = run(new PlanCommand(), "--write", folder);

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).startsWith(file + " is there: --force replaces it");
        assertThat(file).hasContent("apps: {}\n");
        assertThat(run(new PlanCommand(), "--write", "--force", folder).code()).isZero();
        assertThat(file).content().contains("path: .");
    }

    @Test
    void nothingIsWrittenWhereNothingIsKnown() throws IOException {
        write("shop/Cargo.toml", "");

        assertThat(run(new PlanCommand(), "--write", parent.resolve("shop").toString()))
                .isEqualTo(
                        new Answer(
                                1,
                                """
                                found a Rust project: not known in this version: add a Dockerfile
                                nothing is written
                                """,
                                ""));
        assertThat(parent.resolve("shop/.slipway.yml")).doesNotExist();
    }

    @Test
    void releaseLineOfAProcfileIsAHook() throws IOException {
        write("mail/package.json", "{}");
        write("mail/Procfile", "web: node a.js\nrelease: node b.js\nclock: node c.js\n");

        run(new PlanCommand(), "--write", parent.resolve("mail").toString());

        assertThat(parent.resolve("mail/.slipway.yml"))
                .content()
                .contains("    hooks: { before: [\"node b.js\"] }\n", "    needs: [mail]\n");
        assertThat(run(new PlanCommand(), parent.resolve("mail").toString()).out())
                .contains("runs first: node b.js");
    }

    @Test
    void fileOfAnotherServiceIsTranslated() throws IOException {
        write("shop/.gitlab-ci.yml", "test:\n  image: busybox\n  script: [ls]\n  tags: [a]\n");
        Path file = parent.resolve("shop/.slipway.yml");
        String folder = parent.resolve("shop").toString();

        Answer answer = run(new PlanCommand(), "--write", "--from", ".gitlab-ci.yml", folder);

        assertThat(answer.out()).startsWith("written: " + file + "\n");
        assertThat(file)
                .hasContent(
                        """
                        # Written by `slipway plan --write --from .gitlab-ci.yml`.
                        # Every key that is possible: docs/pipeline-reference.yml
                        jobs:
                          test:
                            image: busybox
                            steps:
                              - run: "ls"

                        # What is not translated, and why:
                        #
                        # .gitlab-ci.yml:4: jobs run on Slipway's runner:
                        #     tags: [a]
                        """);
        assertThat(run(new LintCommand(), file.toString()).code()).isZero();
        assertThat(run(new PlanCommand(), "--write", "--from", "none.yml", "--force", folder))
                .extracting(Answer::code)
                .isEqualTo(2);
        assertThat(run(new PlanCommand(), "--from", ".gitlab-ci.yml", folder).err())
                .startsWith("--from needs --write");
    }

    private static JsonNode jobs(Path folder) {
        String json = run(new PlanCommand(), "--json", folder.toString()).out();
        return JsonMapper.shared().readTree(json).path("jobs");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
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
