package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/// Files of the same repository are included; those of other projects are the same to the parser.
class IncludeTest {
    private static final String JAVA =
            """
            inputs:
              jdk: { type: number, default: "25" }
              goal: { options: [verify, test], default: verify }
              folder: { default: . }
            env: { SHARED: "1", MODE: included }
            jobs:
              test:
                image: "maven:3-temurin-${inputs.jdk}"
                dir: ${inputs.folder}
                env: { MODE: job }
                steps: ['mvn -B "$INPUT_GOAL" ${inputs.jdk}']
              lint: { image: busybox, steps: [./lint.sh] }
            """;

    @TempDir Path folder;

    @BeforeEach
    void java() throws IOException {
        write("ci/java.yml", JAVA);
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Definition read(String text) throws IOException {
        write(".slipway.yml", text);
        return Definition.in(new FolderTree(folder));
    }

    private String problems(String text) throws IOException {
        return read(text).problems().stream().map(Problem::text).collect(Collectors.joining("\n"));
    }

    @Test
    void jobsOfAnIncludedFileAreJobsOfTheFile() throws IOException {
        Definition definition =
                read("include: [{ file: ci/java.yml, with: { jdk: 21, folder: services } }]\n");

        assertThat(definition.problems()).isEmpty();
        assertThat(definition.pipeline().jobs()).containsOnlyKeys("test", "lint");
        Job test = definition.pipeline().jobs().get("test");
        assertThat(test.image()).isEqualTo("maven:3-temurin-21");
        assertThat(test.directory()).isEqualTo("services");
        assertThat(test.steps().getFirst().run())
                .as("nothing is put into a script")
                .isEqualTo("mvn -B \"$INPUT_GOAL\" ${inputs.jdk}");
        assertThat(test.env())
                .isEqualTo(
                        Map.of(
                                "INPUT_JDK", "21",
                                "INPUT_GOAL", "verify",
                                "INPUT_FOLDER", "services",
                                "SHARED", "1",
                                "MODE", "job"));
        assertThat(definition.pipeline().env()).isEmpty();
        assertThat(definition.pipeline().apps()).as("what is found").isNull();
        assertThat(definition.includes())
                .extracting(Inclusions.Pin::text)
                .containsExactly("includes ci/java.yml");
    }

    @Test
    void whatTheFileSaysItselfCountsAsAWhole() throws IOException {
        Definition definition =
                read(
                        """
                        include: [{ file: ci/java.yml }]
                        env: { OWN: "2" }
                        jobs:
                          lint: { image: "busybox:2", steps: [true] }
                          package: { image: busybox, steps: [make], needs: [test, lint] }
                        """);

        assertThat(definition.problems()).isEmpty();
        assertThat(definition.pipeline().jobs()).containsOnlyKeys("test", "lint", "package");
        assertThat(definition.pipeline().jobs().get("lint").image()).isEqualTo("busybox:2");
        assertThat(definition.pipeline().jobs().get("lint").env()).isEmpty();
        assertThat(definition.pipeline().env()).isEqualTo(Map.of("OWN", "2"));
    }

    @Test
    void valuesThatAreWrongAreToldWhereTheyAreGiven() throws IOException {
        assertThat(
                        problems(
                                "include: [{ file: ci/java.yml, with: { jdk: new, goal: deploy,"
                                        + " gaol: test } }]\n"))
                .isEqualTo(
                        """
                        .slipway.yml:1:45: include.with.jdk: 'new' is not a number: write 3 or 0.5
                        .slipway.yml:1:56: include.with.goal: 'deploy' is none of the options: write one of: verify, test
                        .slipway.yml:1:70: include.with.gaol: there is no input 'gaol': did you mean 'goal'?\
                        """);
    }

    @Test
    void problemsInAnIncludedFileBearItsName() throws IOException {
        write(
                "ci/bad.yml",
                """
                inputs: { image: {}, jdk: { required: true } }
                jobs:
                  build: { imag: busybox, steps: [make], timeout: soon, dir: "${inputs.dri}" }
                on: { push: {} }
                """);

        assertThat(problems("include: [{ file: ci/bad.yml }]\n"))
                .isEqualTo(
                        """
                        .slipway.yml:1:11: include.with.jdk: a value is missing: give a value for it
                        ci/bad.yml:3:12: jobs.build.imag: unknown key: did you mean 'image'?
                        ci/bad.yml:3:51: jobs.build.timeout: 'soon' is not a duration from 1s to 24h: write something like 20m
                        ci/bad.yml:3:62: jobs.build.dir: there is no input 'dri': known are image, jdk
                        ci/bad.yml:4:1: on: an included file does not say this: write it in the project's own file\
                        """);
    }

    @Test
    void needsReachOverFiles() throws IOException {
        assertThat(
                        problems(
                                """
                                include: [{ file: ci/java.yml }]
                                jobs: { a: { image: busybox, steps: [make], needs: [tset] } }
                                """))
                .isEqualTo(
                        ".slipway.yml:2:53: jobs.a.needs: there is no 'tset': did you mean"
                                + " 'test'?");
    }

    @Test
    void aFileThatIsNotThere() throws IOException {
        assertThat(
                        problems(
                                "include: [{ file: ci/jav.yml }, { file: ../x }, { ref: v1, file:"
                                        + " ci/java.yml }]"))
                .isEqualTo(
                        """
                        .slipway.yml:1:11: include: there is no file ci/jav.yml: correct the path: it begins at the root
                        .slipway.yml:1:41: include[1].file: '../x' is not a file inside the repository: write something like java.yml
                        .slipway.yml:1:49: include: a ref belongs to another project's file: remove 'ref': the file is taken from the commit itself\
                        """);
    }

    @Test
    void twoFilesWithOneName() throws IOException {
        write("ci/other.yml", "jobs: { test: { image: busybox, steps: [make] } }\n");

        assertThat(problems("include: [{ file: ci/java.yml }, { file: ci/other.yml }]\n"))
                .isEqualTo(
                        ".slipway.yml:1:34: include: jobs.test is in ci/java.yml and in"
                            + " ci/other.yml: write it in this file, or include one of the two");
        assertThat(
                        problems(
                                """
                                include: [{ file: ci/java.yml }, { file: ci/other.yml }]
                                jobs: { test: { image: busybox, steps: [mine] } }
                                """))
                .contains("jobs.test is in ci/java.yml and in ci/other.yml");
    }

    @Test
    void depthAndNumberAreLimited() throws IOException {
        write("ci/self.yml", "include: [{ file: ci/self.yml }]\n");
        String many = "{ file: ci/empty.yml }, ".repeat(11);
        write("ci/empty.yml", "# nothing\n");

        assertThat(problems("include: [{ file: ci/self.yml }]\n"))
                .isEqualTo(
                        "ci/self.yml:1:11: include: ci/self.yml is included over more than 3 files:"
                                + " include it directly");
        assertThat(problems("include: [" + many + "]\n"))
                .contains("include: more than 10 files are included: join some of them");
    }

    @Test
    void ownInputsHaveTheirDefaults() throws IOException {
        assertThat(read("inputs: { a: { default: x } }\nenv: { A: b }\n").problems()).isEmpty();
        assertThat(problems("inputs: { a: { required: true } }\n"))
                .isEqualTo(".slipway.yml:1:1: inputs.a: a value is missing: give a value for it");
    }

    @Test
    void whatCannotBeLookedAtIsLeftOut() throws IOException {
        Definition definition =
                read(
                        """
                        include: [{ project: acme/ci, ref: v3, file: java.yml }]
                        jobs: { a: { image: busybox, steps: [make], needs: [test] } }
                        """);

        assertThat(definition.problems()).isEmpty();
        assertThat(definition.includes()).isEmpty();
    }
}
