package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

@ExtendWith(DatabaseExtension.class)
final class GitLimitsTest {
    @TempDir static Path temp;
    private static TestHost host;

    @BeforeAll
    static void start(Database database, Notifications notifications) throws Exception {
        host =
                new TestHost(
                        database,
                        notifications,
                        temp,
                        new GitLimits(3 << 20, 1 << 20, 3, 60, 64 << 10));
    }

    @AfterAll
    static void close() throws Exception {
        host.close();
    }

    private static Git.Ended pushed(String project, int files, int bytes) throws Exception {
        Git git = host.source(project, "apps: {}\n");
        Random random = new Random(7);
        for (int i = 0; i < files; i++) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            Files.write(git.folder().resolve("file" + i), content);
        }
        git.commit("Large");
        return git.run("push", "slipway", "main");
    }

    @Test
    void aPackThatIsTooLargeIsRefusedWithTheLimit() throws Exception {
        Git.Ended ended = pushed("large-pack", 20, 512 << 10);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .contains("Pack exceeds the limit of 3,145,728 bytes")
                .contains("[remote rejected]");
    }

    @Test
    void anObjectThatIsTooLargeIsRefusedWithTheLimit() throws Exception {
        Git.Ended ended = pushed("large-object", 1, 2 << 20);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .contains("Object too large (2,097,152 bytes)")
                .contains("[remote rejected]");
    }

    @Test
    void tooManyRefsAndTooLongNamesAreRefused() throws Exception {
        Git git = host.source("refs", "apps: {}\n");
        Git.Ended many = git.run("push", "slipway", "main", "main:a", "main:b", "main:c", "main:d");
        assertThat(many.code()).isEqualTo(1);
        assertThat(many.output()).contains("(a push may change 3 refs at most)");
        Git.Ended name = git.run("push", "slipway", "main:" + "x".repeat(60));
        assertThat(name.output()).contains("(a ref's name has 60 characters at most)");
    }

    @Test
    void aRequestThatUnpacksWithoutEndIsCutOff() throws Exception {
        assertThat(pushed("bomb", 1, 10).code()).isZero();
        var zipped = new java.io.ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            byte[] packet =
                    "0032want 0000000000000000000000000000000000000000\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (int i = 0; i < 100_000; i++) {
                out.write(packet);
            }
        }
        HttpRequest request =
                HttpRequest.newBuilder(uri("bomb.git/git-upload-pack"))
                        .header("Authorization", basic())
                        .header("Content-Type", "application/x-git-upload-pack-request")
                        .header("Content-Encoding", "gzip")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray()))
                        .build();
        assertThat(status(request)).isEqualTo(400);
    }

    @Test
    void whatIsNoRequestOfGitsIsRefused(Database database) throws Exception {
        assertThat(get("refs.git/info/refs")).isEqualTo(403);
        assertThat(get("refs.git/HEAD")).isEqualTo(404);
        assertThat(get("api.git/info/refs?service=git-upload-pack")).isEqualTo(404);
        assertThat(get("nobody.git/info/refs?service=git-upload-pack")).isEqualTo(404);
        assertThat(get("nobody.git/info/refs?service=git-receive-pack")).isEqualTo(200);
        assertThat(get("..%2fetc.git/info/refs?service=git-upload-pack")).isEqualTo(404);
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from projects where name = 'nobody'"))
                .isZero();
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + host.port + "/" + path);
    }

    private static String basic() {
        String pair = "ada:" + host.token();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes());
    }

    private static int get(String path) throws Exception {
        return status(HttpRequest.newBuilder(uri(path)).header("Authorization", basic()).build());
    }

    private static int status(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
