package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.core.DefaultDockerClientConfig;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.workspace.Service;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
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
import java.util.List;
import java.util.Map;

@Tag("docker")
@ExtendWith(DockerExtension.class)
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobServicesTest {
    private DockerEngine engine;
    private Jobs jobs;

    @BeforeAll
    void compose(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        jobs = new Jobs(engine, instance.id());
    }

    @AfterAll
    void close() {
        jobs.close();
    }

    private static Service service(String name, Service.Ready ready, String script) {
        List<String> command = List.of("sh", "-c", script);
        return new Service(name, DockerExtension.BUSYBOX, Map.of(), command, ready);
    }

    @Test
    void createRequestIsThisAndNothingElse() throws IOException {
        Service db =
                new Service("db", "postgres:18", Map.of("MODE", "ci"), List.of("postgres"), null);
        Order order =
                new Order(
                                new AttemptName("1a2b3c4d", 4711, 2),
                                "maven:3",
                                new Resources(500, 1 << 30, 512),
                                true,
                                Map.of("run", "12", "fence", "3"),
                                (_, _) -> {},
                                new byte[0])
                        .with(List.of(db));
        var create = ServiceContainer.create(engine.client(), order, db, "the-network", 2);
        ObjectMapper mapper =
                DefaultDockerClientConfig.createDefaultConfigBuilder().build().getObjectMapper();
        String expected =
                """
                {
                  "Hostname": "db",
                  "Image": "postgres:18",
                  "Cmd": ["postgres"],
                  "Env": ["MODE=ci"],
                  "Labels": {"slipway.attempt":"2","slipway.fence":"3",
                    "slipway.instance":"1a2b3c4d","slipway.job":"4711","slipway.kind":"job",
                    "slipway.run":"12","slipway.beside":"db"},
                  "Volumes": {}, "ExposedPorts": {},
                  "HostConfig": {
                    "NetworkMode": "the-network",
                    "Privileged": false,
                    "CapDrop": ["ALL"],
                    "CapAdd": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETFCAP",
                               "SETGID", "SETUID"],
                    "SecurityOpt": ["no-new-privileges"],
                    "LogConfig": {"Type": "local",
                       "Config": {"max-size": "1m", "max-file": "2", "compress": "false"}},
                    "CpuShares": 102, "OomScoreAdj": 500,
                    "NanoCpus": 500000000,
                    "Memory": 1073741824, "MemorySwap": 1073741824, "PidsLimit": 512
                  }
                }
                """;
        assertThat(create.getName()).isEqualTo("slipway-1a2b3c4d-4711-2_db");
        assertThat(create.getAliases()).containsExactly("db");
        JsonNode written = mapper.readTree(mapper.writeValueAsBytes(create));
        assertThat(DockerRunnerTest.withoutNulls(written)).isEqualTo(mapper.readTree(expected));
    }

    @Test
    void stepsReachServicesByNameAlsoWithoutAWayOut() throws Exception {
        Service web =
                service(
                        "web",
                        new Service.Ready(8080, "/up.html"),
                        "mkdir /www; cd /www; echo hello > hi; (sleep 1; echo up > up.html) &"
                                + " exec httpd -f -p 8080");
        Service other = service("other", null, "exec nc -ll -p 9000 -e echo from-other");
        Order order =
                jobs.order(
                                "wget -q -O - http://web:8080/hi; wget -q -O -"
                                    + " http://web:8080/up.html; until nc other 9000 < /dev/null;"
                                    + " do sleep 0.1; done",
                                Jobs.SMALL,
                                false)
                        .with(List.of(web, other));
        Ended ended = jobs.run(order);
        assertThat(ended.output()).isEqualTo("hello\nup\nfrom-other\n");
        assertThat(ended.exit().code()).isZero();
    }

    @Test
    void aServiceThatDiesWhileTheStepsRunIsTold() throws Exception {
        Service db = service("db", null, "sleep 0.1; exit 9");
        Order order = jobs.order("sleep 2; exit 1").with(List.of(db));
        Ended ended = jobs.run(order);
        assertThat(ended.exit().code()).isEqualTo(1);
        assertThat(ended.exit().services()).containsExactly(new Runner.ServiceEnd("db", 9, false));
    }

    @Test
    void whatIsRemovedInTheMiddleIsRemovedWholeTheNextTime() throws Exception {
        Service db = service("db", null, "sleep 600");
        Order order = jobs.order("echo begun; sleep 600").with(List.of(db));
        try (Runner.RunningSteps running = jobs.runner.open(order, 0, new Output())) {
            InspectContainerResponse steps =
                    engine.client().inspectContainerCmd(order.name().toString()).exec();
            assertThat(steps.getConfig().getLabels()).containsEntry(JobContainer.WITH, "db");
            engine.client().removeContainerCmd(steps.getId()).withForce(true).exec();
        }
        assertThat(jobs.runner.present()).contains(order.name());
        jobs.runner.remove(order.name());
        assertThat(jobs.runner.present()).doesNotContain(order.name());
        assertThat(new Containers(engine).beside(order.name())).isEmpty();
    }

    @Test
    void whereContainersAreOutOfReachAServiceIsAskedFromItsOwnNetwork(
            DockerExtension.Instance instance) throws Exception {
        Map<String, String> env = Map.of("SLIPWAY_REACH", "published");
        Service web =
                service(
                        "web",
                        new Service.Ready(8080, "/up.html"),
                        "mkdir /www; cd /www; (sleep 1; echo up > up.html) & exec httpd -f -p"
                                + " 8080");
        Service db =
                service("db", new Service.Ready(70, null), "sleep 1; exec nc -ll -p 70 -e true");
        try (DockerEngine far = DockerEngine.connect(engine.address(), instance.id(), env);
                Jobs others = new Jobs(far, instance.id())) {
            Order order =
                    others.order("wget -q -O - http://web:8080/up.html", Jobs.SMALL, false)
                            .with(List.of(web, db));
            assertThat(others.run(order).output()).isEqualTo("up\n");
        }
    }
}
