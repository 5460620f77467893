package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.graph.Matrix;
import io.slipway.engine.graph.Need;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.graph.When;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.workspace.Surroundings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class PipelineTest {
    @Test
    void textStaysAsItIsWritten() {
        Pipeline pipeline =
                pipeline(
                        """
                        env:
                          VERSION: 3.10
                          MODE: 0644
                          ANSWER: yes
                          NUMBER: 1e3
                          HEX: 0x1F
                          NOTHING: null
                          TILDE: ~
                          EMPTY:
                          QUOTED: "3.10"
                          DAY: 2026-01-02
                          SCRIPT: "${HOME} $$"
                        """);

        assertThat(pipeline.env())
                .containsExactly(
                        Map.entry("VERSION", "3.10"),
                        Map.entry("MODE", "0644"),
                        Map.entry("ANSWER", "yes"),
                        Map.entry("NUMBER", "1e3"),
                        Map.entry("HEX", "0x1F"),
                        Map.entry("NOTHING", "null"),
                        Map.entry("TILDE", "~"),
                        Map.entry("EMPTY", ""),
                        Map.entry("QUOTED", "3.10"),
                        Map.entry("DAY", "2026-01-02"),
                        Map.entry("SCRIPT", "${HOME} $$"));
    }

    @Test
    void jobIsReadWhole() {
        Pipeline pipeline =
                pipeline(
                        """
                        jobs:
                          lint: { image: busybox, steps: [true] }
                          test:
                            image: "maven:${commit}"
                            needs: [lint]
                            env: { MODE: ci }
                            dir: ./services/
                            timeout: 1h30m
                            network: none
                            resources: { cpu: 1.5, memory: 2Gi, pids: 100 }
                            steps:
                              - mvn verify
                              - { name: cover, run: "./cover.sh\\n", dir: ., env: { A: 1 } }
                        """);

        assertThat(pipeline.jobs().get("test"))
                .isEqualTo(
                        new Job(
                                "test",
                                "maven:${commit}",
                                List.of(
                                        new Job.Step(
                                                null,
                                                "mvn verify",
                                                Map.of(),
                                                null,
                                                When.NONE,
                                                null,
                                                null),
                                        new Job.Step(
                                                "cover",
                                                "./cover.sh\n",
                                                Map.of("A", "1"),
                                                "",
                                                When.NONE,
                                                null,
                                                null)),
                                List.of(new Need("lint", false)),
                                Map.of("MODE", "ci"),
                                "services",
                                new Limits(1500, 2L << 30, 100),
                                false,
                                Duration.ofMinutes(90),
                                Matrix.NONE,
                                When.NONE,
                                Map.of(),
                                Retry.NONE,
                                null,
                                Surroundings.NONE,
                                null));
        assertThat(pipeline.jobs().get("lint").steps().getFirst().run()).isEqualTo("true");
    }

    @Test
    void appIsReadWhole() {
        Pipeline pipeline =
                pipeline(
                        """
                        apps:
                          cart:
                            path: services/cart
                            build: { context: ., dockerfile: docker/cart.Dockerfile }
                            port: 8080
                            health: { path: /healthz, within: 60s, every: 1s }
                            command: [java, -jar, 0644]
                            env: { LEVEL: info }
                            secrets: { TOKEN: DEPLOY_TOKEN }
                            public: false
                            resources: { cpu: 250m }
                            needs: []
                            hooks: { before: [bin/migrate] }
                        """);

        assertThat(pipeline.apps())
                .containsEntry(
                        "cart",
                        new App(
                                "cart",
                                new App.Built("services/cart", "", "docker/cart.Dockerfile"),
                                8080,
                                new App.Health(
                                        "/healthz", Duration.ofMinutes(1), Duration.ofSeconds(1)),
                                List.of("java", "-jar", "0644"),
                                Map.of("LEVEL", "info"),
                                Map.of("TOKEN", "DEPLOY_TOKEN"),
                                false,
                                null,
                                List.of(),
                                new Limits(250, null, null),
                                List.of(),
                                When.NONE,
                                null,
                                null,
                                List.of("bin/migrate")));
    }

    @Test
    void readyImageAndSharedImageAreTold() {
        Pipeline pipeline =
                pipeline(
                        """
                        apps:
                          db: { image: "postgres:18", volumes: [{ name: data, path: /data }] }
                          worker: { use: db, port: none, secrets: [A, B] }
                        """);

        assertThat(pipeline.apps().get("db").origin()).isEqualTo(new App.Ready("postgres:18"));
        assertThat(pipeline.apps().get("db").volumes())
                .containsExactly(new App.Volume("data", "/data"));
        App worker = pipeline.apps().get("worker");
        assertThat(worker.origin()).isEqualTo(new App.Shared("db"));
        assertThat(worker.port()).isZero();
        assertThat(worker.secrets()).isEqualTo(Map.of("A", "A", "B", "B"));
    }

    @Test
    void absentAndEmptyDiffer() {
        assertThat(pipeline("").apps()).isNull();
        assertThat(pipeline("# nothing\n").environments()).isNull();
        assertThat(pipeline("apps: {}").apps()).isEmpty();
        assertThat(pipeline("environments: {}").environments()).isEmpty();
    }

    @Test
    void freeKeysHoldAnchors() {
        Pipeline pipeline =
                pipeline(
                        """
                        x-limits: &limits { memory: 1Gi }
                        x-anything: [1, { a: b }]
                        jobs:
                          a: { image: busybox, steps: [a], resources: *limits }
                        """);

        assertThat(pipeline.jobs().get("a").limits()).isEqualTo(new Limits(null, 1L << 30, null));
    }

    @Test
    void fileIsFoundInAFolder(@TempDir Path folder) throws IOException {
        assertThat(Definition.in(new FolderTree(folder)).text()).isNull();
        assertThat(Definition.in(new FolderTree(folder)).pipeline()).isNotNull();

        Files.writeString(folder.resolve(".slipway.yml"), "apps: {}\n");

        assertThat(Definition.in(new FolderTree(folder)).text()).isEqualTo("apps: {}\n");
    }

    @Test
    void wrongNamesAreToldTheRightOne(@TempDir Path folder) throws IOException {
        for (String wrong : List.of(".slipway.yaml", "slipway.yml", "slipway.yaml")) {
            Path file = Files.writeString(folder.resolve(wrong), "apps: {}\n");
            assertThat(problems(folder))
                    .isEqualTo(
                            wrong
                                    + ":1:1: a definition by this name is not read:"
                                    + " rename it to .slipway.yml");
            Files.delete(file);
        }
    }

    @Test
    void linkIsNotFollowed(@TempDir Path folder) throws IOException {
        Path target = Files.writeString(folder.resolve("other.yml"), "apps: {}");
        Files.createSymbolicLink(folder.resolve(".slipway.yml"), target);

        assertThat(problems(folder))
                .isEqualTo(".slipway.yml:1:1: not a regular file: commit the file itself");
    }

    @Test
    void bytesThatAreNoTextAreRefused(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve(".slipway.yml"), new byte[] {'a', ':', ' ', (byte) 0xff});

        assertThat(problems(folder))
                .isEqualTo(".slipway.yml:1:1: the file is not UTF-8: save it as UTF-8");
    }

    private static String problems(Path folder) {
        return Definition.in(new FolderTree(folder)).problems().getFirst().text();
    }

    private static Pipeline pipeline(String text) {
        Definition definition = Definition.parse(".slipway.yml", text);
        assertThat(definition.problems()).isEmpty();
        return definition.pipeline();
    }
}
