package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.core.DefaultDockerClientConfig;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Starter;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.job.Jobs.Ended;
import io.slipway.runners.docker.job.Jobs.Output;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

@Tag("docker")
@ExtendWith(DockerExtension.class)
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerRunnerTest {
    private DockerEngine engine;
    private String instance;
    private Jobs jobs;

    @BeforeAll
    void compose(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        this.instance = instance.id();
        jobs = new Jobs(engine, instance.id());
    }

    @AfterAll
    void close() {
        jobs.close();
    }

    @Test
    void createRequestIsThisAndNothingElse() throws IOException {
        Order order =
                new Order(
                        new AttemptName("1a2b3c4d", 4711, 2),
                        "maven:3",
                        new Resources(500, 1 << 30, 512),
                        true,
                        Map.of("project", "hello", "run", "12", "fence", "3"),
                        (_, _) -> {},
                        new byte[0]);
        var create = JobContainer.create(engine.client(), order, "the-network", 2);
        ObjectMapper mapper =
                DefaultDockerClientConfig.createDefaultConfigBuilder().build().getObjectMapper();
        String labels =
                """
                {"slipway.attempt":"2","slipway.fence":"3","slipway.instance":"1a2b3c4d",
                 "slipway.job":"4711","slipway.kind":"job","slipway.project":"hello",
                 "slipway.run":"12"}
                """;
        String expected =
                """
                {
                  "Hostname": "job-4711",
                  "Image": "maven:3",
                  "WorkingDir": "/workspace",
                  "Entrypoint": %s,
                  "AttachStdin": true, "AttachStdout": true, "AttachStderr": true,
                  "OpenStdin": true, "StdinOnce": true, "Tty": false,
                  "Labels": %s,
                  "Volumes": {}, "ExposedPorts": {},
                  "HostConfig": {
                    "NetworkMode": "the-network",
                    "Init": true, "Privileged": false,
                    "CapDrop": ["ALL"],
                    "CapAdd": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETFCAP",
                               "SETGID", "SETUID"],
                    "SecurityOpt": ["no-new-privileges"],
                    "LogConfig": {"Type": "local",
                       "Config": {"max-size": "256m", "max-file": "4", "compress": "false"}},
                    "CpuShares": 102, "OomScoreAdj": 500,
                    "NanoCpus": 500000000,
                    "Memory": 1073741824, "MemorySwap": 1073741824, "PidsLimit": 512,
                    "Tmpfs": {"/run/slipway": "rw,nosuid,nodev,size=16m,mode=1777"},
                    "Mounts": [{"Type": "volume", "Source": "slipway-1a2b3c4d-4711-2",
                       "Target": "/workspace",
                       "VolumeOptions": {"NoCopy": true, "Labels": %s}}]
                  }
                }
                """
                        .formatted(mapper.writeValueAsString(Starter.argv()), labels, labels);
        assertThat(create.getName()).isEqualTo("slipway-1a2b3c4d-4711-2");
        // docker-java writes what is not set as null, which engines take for not set
        JsonNode written = withoutNulls(mapper.readTree(mapper.writeValueAsBytes(create)));
        assertThat(written).isEqualTo(mapper.readTree(expected));
    }

    @Test
    void stepRunsInItsWorkspaceAndItsOutputAndExitCodeComeBack() throws Exception {
        Ended ended = jobs.run(jobs.order("pwd; cat README; echo $MODE >&2; exit 3"));
        assertThat(ended.output()).isEqualTo("/workspace\nowned by 0\nci\n");
        assertThat(ended.exit().code()).isEqualTo(3);
        assertThat(ended.exit().outOfMemory()).isFalse();
        assertThat(ended.exit().memoryLimit()).isEqualTo(64 << 20);
    }

    @Test
    void workspaceBelongsToTheUserThatTheImageRunsAs() throws Exception {
        String image = "slipway-test-" + instance + ":user";
        String id =
                engine.client()
                        .createContainerCmd(DockerExtension.BUSYBOX)
                        .withCmd("sh", "-c", "echo app:x:1234:1234::/:/bin/sh >> /etc/passwd")
                        .exec()
                        .getId();
        try {
            engine.client().startContainerCmd(id).exec();
            engine.client().waitContainerCmd(id).start().awaitStatusCode();
            engine.client()
                    .commitCmd(id)
                    .withRepository("slipway-test-" + instance)
                    .withTag("user")
                    .withUser("app")
                    .exec();
            Order order = jobs.order("stat -c %u . README; id -u; echo new > file");
            Ended ended =
                    jobs.run(
                            new Order(
                                    order.name(),
                                    image,
                                    order.resources(),
                                    true,
                                    List.of(),
                                    List.of(),
                                    order.labels(),
                                    order.workTree(),
                                    order.records()));
            assertThat(ended.output()).isEqualTo("1234\n1234\n1234\n");
            assertThat(ended.exit().code()).isZero();
        } finally {
            engine.client().removeContainerCmd(id).exec();
            engine.client().removeImageCmd(image).exec();
        }
    }

    @Test
    void nothingCanBeGainedBySetuidOrCapabilities() throws Exception {
        Ended ended =
                jobs.run(
                        jobs.order(
                                "grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d"
                                        + " '\\t'; mknod x c 1 3 || echo refused"));
        // CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, FSETID 4, KILL 5, SETGID 6, SETUID 7, SETFCAP 31
        assertThat(ended.output())
                .startsWith("CapBnd:00000000800000fb\nNoNewPrivs:1\nSeccomp:2\n")
                .endsWith("refused\n");
    }

    @Test
    void forkBombEndsAtTheLimitOfProcesses() throws Exception {
        Ended ended =
                jobs.run(
                        jobs.order(
                                "n=0; while [ $n -lt 200 ]; do sleep 20 & n=$((n+1)); done; echo"
                                        + " all",
                                new Resources(0, 64 << 20, 20),
                                true));
        assertThat(ended.output()).doesNotContain("all").contains("can't fork");
        assertThat(ended.exit().code()).isNotZero();
    }

    @Test
    void memoryBeyondTheLimitIsSaidToBeThat() throws Exception {
        Ended ended = jobs.run(jobs.order("tail /dev/zero", new Resources(0, 32 << 20, 64), false));
        assertThat(ended.exit().outOfMemory()).isTrue();
        assertThat(ended.exit().code()).isEqualTo(137);
        assertThat(ended.exit().memoryLimit()).isEqualTo(32 << 20);
        assertThat(ended.exit().memoryPeak()).isEqualTo(32 << 20);
    }

    @Test
    void stopEndsTheContainerWithinSeconds() throws Exception {
        Order order = jobs.order("echo begun; sleep 100");
        Output output = new Output();
        try (var steps = jobs.runner.open(order, 0, output)) {
            await().until(() -> output.printed().equals("begun\n"));
            long before = System.nanoTime();
            steps.stop();
            assertThat(steps.await().code()).isNotZero();
            assertThat(System.nanoTime() - before).isLessThan(15_000_000_000L);
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void containerThatNeverGotItsRecordsEndsByItself() throws Exception {
        Order order = jobs.order("echo never");
        Order none =
                new Order(
                        order.name(),
                        order.image(),
                        order.resources(),
                        false,
                        order.labels(),
                        order.workTree(),
                        new byte[0]);
        Ended ended = jobs.run(none);
        assertThat(ended.exit().code()).isEqualTo(Starter.NO_RECORDS);
    }

    @Test
    void containerOfAServerThatDiedBeforeTheRecordsEndsByItselfAndIsMadeAnew() throws Exception {
        Order order = jobs.order("echo once");
        String id = JobContainer.create(engine.client(), order, "none", 1).exec().getId();
        try {
            EngineReply attached = Following.attach(engine, id, true);
            engine.client().startContainerCmd(id).exec();
            attached.close();
            Integer code = engine.client().waitContainerCmd(id).start().awaitStatusCode();
            assertThat(code).isEqualTo(Starter.NO_RECORDS);
            assertThat(jobs.run(order).output()).isEqualTo("once\n");
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void stepThatEndsWithTheStartersOwnStatusRunsOnce() throws Exception {
        Order order = jobs.order("echo once; exit " + Starter.NO_RECORDS);
        try (var steps = jobs.runner.open(order, 0, new Output())) {
            assertThat(steps.await().code()).isEqualTo(Starter.NO_RECORDS);
        }
        String before = engine.client().inspectContainerCmd(order.name().toString()).exec().getId();
        try (var steps = jobs.runner.open(order, 0, new Output())) {
            assertThat(steps.await().code()).isEqualTo(Starter.NO_RECORDS);
            assertThat(engine.client().inspectContainerCmd(order.name().toString()).exec().getId())
                    .isEqualTo(before);
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void takenOverContainerGoesOnAtTheExactByte() throws Exception {
        // long lines, a line of exactly the engine's buffer, no UTF-8, no line break at the end
        Order order =
                jobs.order(
                        """
                        head -c 40000 /dev/zero | tr '\\0' a; echo
                        head -c 16384 /dev/zero | tr '\\0' b; echo
                        printf '\\377\\376\\000x\\n'
                        head -c 50000 /dev/zero | tr '\\0' c; echo; printf 'no break'
                        sleep 1; echo; echo end
                        """);
        Output first = new Output();
        var steps = jobs.runner.open(order, 0, first);
        await().until(() -> first.printed().endsWith("no break"));
        steps.close();
        try {
            Output whole = new Output();
            try (var again = jobs.runner.open(order, 0, whole)) {
                assertThat(again.await().code()).isZero();
            }
            long middle = 20_000;
            Output rest = new Output(middle);
            try (var again = jobs.runner.open(order, middle, rest)) {
                assertThat(again.await().code()).isZero();
            }
            byte[] all = whole.raw();
            assertThat(Arrays.mismatch(all, first.raw())).isEqualTo(first.raw().length);
            byte[] second = Arrays.copyOfRange(all, (int) middle, all.length);
            assertThat(Arrays.mismatch(rest.raw(), second)).isEqualTo(-1);
            assertThat(whole.printed()).endsWith("no break\nend\n");
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void containerThatWasOnlyCreatedIsMadeAnew() throws Exception {
        Order order = jobs.order("ls");
        JobContainer.create(engine.client(), order, "none", 1).withCmd("x").exec();
        assertThat(jobs.runner.present()).contains(order.name());
        assertThat(jobs.run(order).output()).isEqualTo("README\n");
    }

    @Test
    void containerThatIsGoneIsARunnerThatWasLost() {
        Order order = jobs.order("true");
        assertThatThrownBy(() -> jobs.runner.open(order, 100, new Output()))
                .isInstanceOf(Fault.class)
                .hasMessage(
                        "cannot tell how job %d ended: its container is gone"
                                .formatted(order.name().job()));
    }

    @Test
    void whatAnAttemptMadeIsPresentUntilItIsRemoved() throws Exception {
        Order order = jobs.order("true");
        try (var steps = jobs.runner.open(order, 0, new Output())) {
            assertThat(steps.await().code()).isZero();
        }
        assertThat(jobs.runner.present()).contains(order.name());
        jobs.runner.remove(order.name());
        jobs.runner.remove(order.name());
        assertThat(jobs.runner.present()).doesNotContain(order.name());
    }

    @Test
    void imageWithoutAShellIsTheUsersFault() throws Exception {
        Order order = jobs.order("true");
        EngineRequest request =
                EngineRequest.of("POST", "/images/create?fromSrc=-&tag=none")
                        .query("repo", "slipway-test-" + instance)
                        .body("application/x-tar", out -> out.write(new byte[1024]));
        engine.socket().send(request).text();
        String image = "slipway-test-" + instance + ":none";
        Order empty =
                new Order(
                        order.name(),
                        image,
                        order.resources(),
                        true,
                        List.of(),
                        List.of(),
                        order.labels(),
                        order.workTree(),
                        order.records());
        try {
            assertThatThrownBy(() -> jobs.run(empty))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION));
        } finally {
            engine.client().removeImageCmd(image).exec();
        }
    }

    @Test
    void whatAnotherServerMadeUnderTheSameNameMeanwhileStays() {
        Order order = jobs.order("true");
        String name = order.name().toString();
        try {
            JobContainer.create(engine.client(), order, "none", 2).exec();
            var looked = engine.client().inspectContainerCmd(name).exec();
            engine.client().removeContainerCmd(looked.getId()).exec();
            String successor =
                    JobContainer.create(engine.client(), order, "none", 2).exec().getId();
            jobs.runner.discard(order.name(), looked);
            assertThat(engine.client().inspectContainerCmd(name).exec().getId())
                    .isEqualTo(successor);
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void manyShortJobsLoseNoOutput() throws Exception {
        for (int i = 0; i < 8; i++) {
            assertThat(jobs.run(jobs.order("echo out")).output()).isEqualTo("out\n");
        }
    }

    static JsonNode withoutNulls(JsonNode node) {
        node.forEach(DockerRunnerTest::withoutNulls);
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        return node;
    }
}
