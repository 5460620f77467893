package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;

import io.slipway.engine.detection.Detection;
import io.slipway.engine.detection.Found;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.detection.Recipe;
import io.slipway.engine.source.FolderTree;
import io.slipway.runners.docker.DockerExtension.Instance;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A kind of project is offered only because a test here builds it by the Dockerfile that Slipway
/// generates, starts it and asks it.
@ExtendWith(DockerExtension.class)
class DetectedKindsTest {
    private static final ExposedPort PORT = ExposedPort.tcp(8080);

    private final DockerEngine engine;
    private final Instance instance;
    @TempDir Path folder;

    DetectedKindsTest(DockerEngine engine, Instance instance) {
        this.engine = engine;
        this.instance = instance;
    }

    @BeforeAll
    static void baseImages() throws IOException {
        DockerExtension.baseImages(
                "node:18-slim",
                "python:3.11-slim",
                "golang:1.19",
                "gradle:4.4.1-jdk17",
                "maven:3-eclipse-temurin-17",
                "eclipse-temurin:17-jre");
    }

    @Test
    void staticSiteIsServedWithoutWhatIsHidden() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<title>hello</title>");
        Files.writeString(folder.resolve(".slipway.yml"), "x-a: secret\n");
        Files.writeString(folder.resolve("httpd.conf"), "A:127.0.0.1\nD:*\n");
        Files.createDirectories(folder.resolve("docs/.private"));
        Files.writeString(folder.resolve("docs/page.html"), "page");
        Files.writeString(folder.resolve("docs/.private/a.txt"), "secret");
        String image = "slipway-test/" + instance + ":site";
        build(recipe(folder), folder, image);
        try {
            String container = start(image, PORT);
            try {
                URI base = address(container, PORT);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .ignoreExceptions()
                        .until(() -> ask(base, "/").statusCode() == 200);
                assertThat(ask(base, "/").body()).isEqualTo("<title>hello</title>");
                assertThat(ask(base, "/docs/page.html").body()).isEqualTo("page");
                assertThat(ask(base, "/.slipway.yml").statusCode()).isEqualTo(404);
                assertThat(ask(base, "/docs/.private/a.txt").statusCode()).isEqualTo(404);
                assertThat(ask(base, "/httpd.conf").statusCode()).isEqualTo(403);
                assertThat(user(container)).isEqualTo("65534:65534");
            } finally {
                engine.client().removeContainerCmd(container).withForce(true).exec();
            }
        } finally {
            engine.client().removeImageCmd(image).withForce(true).exec();
        }
    }

    /// The projects of `src/test/samples` of pipeline-engine, what they answer, and the port where
    /// it is not the one that Slipway sets.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    node-npm      | 8080 | hello from npm, 1m
                    node-pnpm     | 4000 | hello from pnpm &amp; built, 1m
                    node-yarn     | 8080 | hello from yarn, 1m
                    procfile      | 8080 | hello from Procfile
                    python-pip    | 8080 | hello from pip
                    python-poetry | 8080 | hello from poetry
                    python-uv     | 8080 | hello from uv
                    go            | 8080 | hello from go, Hello, world.
                    gradle        | 8080 | hello from gradle
                    gradle-boot   | 8080 | hello from Gradle and Spring Boot
                    maven         | 8080 | hello from maven
                    spring-boot   | 9000 | hello from spring-boot
                    static-site   | 8080 | hello from static-site
                    """)
    void kindIsBuiltAndStartedAndAsked(String sample, int port, String expected) throws Exception {
        Path project = Path.of("../pipeline-engine/src/test/samples", sample);
        String image = "slipway-test/" + instance + ":" + sample;
        ExposedPort exposed = ExposedPort.tcp(port);
        build(recipe(project), project, image);
        try {
            for (String script : before(project)) {
                assertThat(output(image, script)).isEqualTo("RELEASED WITH 8080\n");
            }
            String container = start(image, exposed);
            try {
                URI base = address(container, exposed);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .until(() -> ask(base, "/").statusCode() == 200);
                assertThat(ask(base, "/").body()).isEqualTo(expected);
                assertThat(user(container)).isEqualTo("65534:65534");
            } catch (ConditionTimeoutException e) {
                throw new AssertionError(log(container), e);
            } finally {
                engine.client().removeContainerCmd(container).withForce(true).exec();
            }
        } finally {
            engine.client().removeImageCmd(image).withForce(true).exec();
        }
    }

    private static List<String> before(Path project) {
        Found found =
                new Detection(FromImages.PUBLIC).repository(new FolderTree(project), "sample");
        return found.apps().stream().flatMap(app -> app.before().stream()).toList();
    }

    /// Runs a script in the image as a hook is run.
    private String output(String image, String script) throws InterruptedException {
        String id =
                engine.client()
                        .createContainerCmd(image)
                        .withLabels(Map.of(Labels.INSTANCE, instance.id()))
                        .withEnv("PORT=8080")
                        .withEntrypoint("/bin/sh")
                        .withCmd("-e", "-c", script)
                        .exec()
                        .getId();
        try {
            engine.client().startContainerCmd(id).exec();
            int code =
                    engine.client()
                            .waitContainerCmd(id)
                            .exec(new WaitContainerResultCallback())
                            .awaitStatusCode();
            String printed = log(id);
            assertThat(code).as(printed).isZero();
            return printed;
        } finally {
            engine.client().removeContainerCmd(id).withForce(true).exec();
        }
    }

    private static Recipe recipe(Path project) {
        return (Recipe)
                new Detection(FromImages.PUBLIC).folder(new FolderTree(project), "").orElseThrow();
    }

    private String user(String container) {
        return engine.client().inspectContainerCmd(container).exec().getConfig().getUser();
    }

    /// As the product does it: the engine's own BuildKit, the sources as a tar.
    private void build(Recipe recipe, Path sources, String image) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/build?version=2&dockerfile=Generated&t=" + image)
                        .body("application/x-tar", out -> tar(recipe, sources, out))
                        .within(Duration.ofMinutes(10));
        try (EngineReply reply = engine.socket().send(request);
                InputStream body = reply.body()) {
            String answer = new String(body.readAllBytes(), UTF_8);
            assertThat(reply.ok()).as(answer).isTrue();
            assertThat(answer.contains("\"errorDetail\"")).as(() -> plain(answer)).isFalse();
        }
    }

    /// What BuildKit said, as far as it is text.
    private static String plain(String answer) {
        Matcher status = Pattern.compile("\"aux\":\"([A-Za-z0-9+/=]+)\"").matcher(answer);
        StringBuilder text = new StringBuilder();
        while (status.find()) {
            byte[] bytes = Base64.getDecoder().decode(status.group(1));
            text.append(new String(bytes, UTF_8).replaceAll("[^\\x20-\\x7e\\n]+", " "))
                    .append('\n');
        }
        return text + answer.substring(Math.max(0, answer.length() - 2000));
    }

    private String log(String container) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        engine.client()
                .logContainerCmd(container)
                .withStdOut(true)
                .withStdErr(true)
                .exec(
                        new ResultCallback.Adapter<Frame>() {
                            @Override
                            public void onNext(Frame frame) {
                                text.append(new String(frame.getPayload(), UTF_8));
                            }
                        })
                .awaitCompletion();
        return text.toString();
    }

    private static void tar(Recipe recipe, Path sources, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, UTF_8.name());
        entry(tar, "Generated", String.valueOf(recipe.generated()).getBytes(UTF_8));
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entry(tar, sources.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        tar.finish();
    }

    private static void entry(TarArchiveOutputStream tar, String name, byte[] bytes)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    /// With the environment that Slipway gives.
    private String start(String image, ExposedPort port) {
        HostConfig host =
                HostConfig.newHostConfig()
                        .withInit(true)
                        .withCapDrop(Capability.ALL)
                        .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), port));
        String id =
                engine.client()
                        .createContainerCmd(image)
                        .withLabels(Map.of(Labels.INSTANCE, instance.id()))
                        .withEnv("PORT=8080")
                        .withExposedPorts(List.of(port))
                        .withHostConfig(host)
                        .exec()
                        .getId();
        engine.client().startContainerCmd(id).exec();
        return id;
    }

    private URI address(String container, ExposedPort exposed) {
        Ports ports =
                engine.client()
                        .inspectContainerCmd(container)
                        .exec()
                        .getNetworkSettings()
                        .getPorts();
        String port = ports.getBindings().get(exposed)[0].getHostPortSpec();
        return URI.create("http://127.0.0.1:" + port);
    }

    private static HttpResponse<String> ask(URI base, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(base.resolve(path))
                            .timeout(Duration.ofSeconds(5))
                            .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
