package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;

import io.slipway.engine.detection.Detection;
import io.slipway.engine.detection.Recipe;
import io.slipway.engine.source.FolderTree;
import io.slipway.runners.docker.DockerExtension.Instance;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

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
import java.util.List;
import java.util.Map;
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

    @Test
    void staticSiteIsServedWithoutWhatIsHidden() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<title>hello</title>");
        Files.writeString(folder.resolve(".slipway.yml"), "x-a: secret\n");
        Files.writeString(folder.resolve("httpd.conf"), "A:127.0.0.1\nD:*\n");
        Files.createDirectories(folder.resolve("docs/.private"));
        Files.writeString(folder.resolve("docs/page.html"), "page");
        Files.writeString(folder.resolve("docs/.private/a.txt"), "secret");
        Recipe recipe = Detection.folder(new FolderTree(folder), "").orElseThrow();

        String image = "slipway-test/" + instance + ":site";
        build(recipe, image);
        try {
            String container = start(image);
            try {
                URI base = address(container);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .ignoreExceptions()
                        .until(() -> ask(base, "/").statusCode() == 200);
                assertThat(ask(base, "/").body()).isEqualTo("<title>hello</title>");
                assertThat(ask(base, "/docs/page.html").body()).isEqualTo("page");
                assertThat(ask(base, "/.slipway.yml").statusCode()).isEqualTo(404);
                assertThat(ask(base, "/docs/.private/a.txt").statusCode()).isEqualTo(404);
                assertThat(ask(base, "/httpd.conf").statusCode()).isEqualTo(403);
                assertThat(
                                engine.client()
                                        .inspectContainerCmd(container)
                                        .exec()
                                        .getConfig()
                                        .getUser())
                        .isEqualTo("65534:65534");
            } finally {
                engine.client().removeContainerCmd(container).withForce(true).exec();
            }
        } finally {
            engine.client().removeImageCmd(image).withForce(true).exec();
        }
    }

    /// As the product does it: the engine's own BuildKit, the sources as a tar.
    private void build(Recipe recipe, String image) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/build?version=2&dockerfile=Generated&t=" + image)
                        .body("application/x-tar", out -> tar(recipe, out));
        try (EngineReply reply = engine.socket().send(request);
                InputStream body = reply.body()) {
            String answer = new String(body.readAllBytes(), UTF_8);
            assertThat(reply.ok()).as(answer).isTrue();
            assertThat(answer).doesNotContain("\"errorDetail\"");
        }
    }

    private void tar(Recipe recipe, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, UTF_8.name());
        entry(tar, "Generated", String.valueOf(recipe.generated()).getBytes(UTF_8));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entry(tar, folder.relativize(file).toString(), Files.readAllBytes(file));
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

    private String start(String image) {
        HostConfig host =
                HostConfig.newHostConfig()
                        .withCapDrop(Capability.ALL)
                        .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), PORT));
        String id =
                engine.client()
                        .createContainerCmd(image)
                        .withLabels(Map.of(Labels.INSTANCE, instance.id()))
                        .withExposedPorts(List.of(PORT))
                        .withHostConfig(host)
                        .exec()
                        .getId();
        engine.client().startContainerCmd(id).exec();
        return id;
    }

    private URI address(String container) {
        Ports ports =
                engine.client()
                        .inspectContainerCmd(container)
                        .exec()
                        .getNetworkSettings()
                        .getPorts();
        String port = ports.getBindings().get(PORT)[0].getHostPortSpec();
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
