package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A real Gitea of its own, on a free port, with an administrator and a stranger. Where it is not
/// built, tests that need it are skipped and say so; with CI=true it is built, and what keeps it
/// from that fails them.
final class GiteaServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final int sshPort;
    private final Map<String, String> told = new HashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    GiteaServer() {
        this(false);
    }

    /// One that lets people in by ssh as well.
    static GiteaServer withSsh() {
        GiteaServer gitea = new GiteaServer(true);
        Await.until(
                "its ssh server listens",
                () -> {
                    new Socket("127.0.0.1", gitea.sshPort).close();
                    return true;
                });
        return gitea;
    }

    private GiteaServer(boolean bySsh) {
        boolean ci = "true".equals(System.getenv("CI"));
        boolean go =
                Files.exists(Path.of("/usr/local/go/bin/go"))
                        || ended("sh", "-c", "command -v go").code() == 0;
        if (ci && !built()) {
            assertThat(go).as("Go, of which Gitea is built").isTrue();
            Ran build = ran("build");
            assertThat(build.code()).as(build.output()).isZero();
            assertThat(built()).as("Gitea is where it was built").isTrue();
        }
        assumeTrue(go || built(), "Gitea needs Go to be built, and there is none");
        assumeTrue(built(), "Gitea is not built: tools/gitea/gitea.sh build");
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket web = new ServerSocket(0, 1, here);
                ServerSocket ssh = new ServerSocket(0, 1, here)) {
            folder = Files.createTempDirectory("slipway-gitea");
            String port = Integer.toString(web.getLocalPort());
            sshPort = ssh.getLocalPort();
            web.close();
            ssh.close();
            Ran up =
                    ran(
                            "up",
                            folder.resolve("data").toString(),
                            port,
                            bySsh ? Integer.toString(sshPort) : "");
            assertThat(up.code()).as(up.output()).isZero();
            up.output()
                    .lines()
                    .filter(line -> line.matches("(url|admin|stranger)=.*"))
                    .map(line -> line.split("=", 2))
                    .forEach(pair -> told.put(pair[0], pair[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean built() {
        return ran("find").code() == 0;
    }

    /// How a program ended and what it printed.
    private record Ran(int code, String output) {}

    private static Ran ran(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Program.home().resolve("tools/gitea/gitea.sh").toString());
        command.addAll(List.of(words));
        return ended(command.toArray(String[]::new));
    }

    /// To a file, since the server that is started keeps what it was started with.
    private static Ran ended(String... command) {
        try {
            Path output = Files.createTempFile("gitea", ".out");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            process.getOutputStream().close();
            assertThat(process.waitFor(20, TimeUnit.MINUTES)).isTrue();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            return new Ran(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String url() {
        return String.valueOf(told.get("url"));
    }

    /// Where its ssh server is.
    String sshOrigin() {
        return "ssh://127.0.0.1:" + sshPort;
    }

    /// By which its operator says to recognise the ssh server.
    String hostKey() throws IOException {
        String key = Files.readString(folder.resolve("data/data/ssh/gitea.rsa.pub"));
        byte[] told = Base64.getDecoder().decode(key.strip().split(" ")[1]);
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256(told));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// An access token that may do everything.
    String token() {
        return String.valueOf(told.get("admin"));
    }

    /// An access token of somebody without any rights in others' repositories.
    String stranger() {
        return String.valueOf(told.get("stranger"));
    }

    /// The URL with which git pushes as the administrator.
    String pushUrl(String repository) {
        return url().replace("://", "://admin:slipway-test@") + "/" + repository + ".git";
    }

    /// What its API answers to the administrator.
    JsonNode api(String method, String path, String body) {
        return api(token(), method, path, body);
    }

    JsonNode api(String token, String method, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url() + "/api/v1" + path))
                        .header("Authorization", "token " + token)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return JSON.readTree(answer.body().isEmpty() ? "null" : answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        http.close();
        ran("down", folder.resolve("data").toString());
        Folders.remove(folder);
    }
}
