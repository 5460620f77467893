package io.slipway.web.registry;

import static io.slipway.web.registry.TestRegistry.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Right;
import io.slipway.engine.blob.Digest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

@ExtendWith(DatabaseExtension.class)
final class RegistryHandlerTest {
    private static final String HELLO = "/v2/hello/web";
    private static final String TEXT = "the bytes of a layer";
    private static final String DIGEST =
            Digest.of(TEXT.getBytes(StandardCharsets.UTF_8)).toString();

    private final Database database;
    @TempDir private Path folder;
    private TestRegistry registry;
    private long hello;

    RegistryHandlerTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        registry = new TestRegistry(database, folder, false);
        hello = registry.project("hello");
        database.change(tx -> tx.update("delete from repository_blobs"));
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
    }

    @Test
    void withoutATokenNothingIsTold() throws Exception {
        for (String token : new String[] {"", "wrong"}) {
            HttpResponse<String> answer =
                    registry.as(token, "GET", "/v2/", BodyPublishers.noBody());
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Basic realm=\"Slipway\"");
            assertThat(answer.body()).contains("\"code\":\"UNAUTHORIZED\"");
        }
        assertThat(registry.ask("GET", "/v2/").statusCode()).isEqualTo(200);
    }

    @Test
    void aBlobComesInOnePieceAndGoesOutInParts() throws Exception {
        HttpResponse<String> created = push(HELLO, TEXT);
        assertThat(created.statusCode()).isEqualTo(201);
        String at = HELLO + "/blobs/" + DIGEST;
        assertThat(created.headers().firstValue("Location")).hasValue(at);
        HttpResponse<String> whole = registry.ask("GET", at);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(TEXT);
        assertThat(whole.headers().firstValue("Docker-Content-Digest")).hasValue(DIGEST);
        HttpResponse<String> head = registry.ask("HEAD", at);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).hasValue("20");
        HttpResponse<String> part = registry.ask("GET", at, "Range", "bytes=4-8");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("bytes");
        assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 4-8/20");
        assertThat(registry.ask("GET", at, "Range", "bytes=15-").body()).isEqualTo("layer");
        assertThat(registry.ask("GET", at, "Range", "bytes=20-").statusCode()).isEqualTo(416);
    }

    @Test
    void aBlobComesInChunks() throws Exception {
        String upload = begin(HELLO);
        HttpResponse<String> first =
                registry.ask("PATCH", upload, text("the bytes "), "Content-Range", "0-9");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("Range")).hasValue("0-9");
        HttpResponse<String> wrong =
                registry.ask("PATCH", upload, text("layer"), "Content-Range", "15-19");
        assertThat(wrong.statusCode()).isEqualTo(416);
        assertThat(wrong.headers().firstValue("Range")).hasValue("0-9");
        assertThat(registry.ask("PATCH", upload, text("of a ")).statusCode()).isEqualTo(202);
        HttpResponse<String> state = registry.ask("GET", upload);
        assertThat(state.statusCode()).isEqualTo(204);
        assertThat(state.headers().firstValue("Range")).hasValue("0-14");
        HttpResponse<String> end = registry.ask("PUT", upload + "?digest=" + DIGEST, text("layer"));
        assertThat(end.statusCode()).isEqualTo(201);
        assertThat(registry.ask("GET", HELLO + "/blobs/" + DIGEST).body()).isEqualTo(TEXT);
        assertThat(registry.ask("GET", upload).statusCode()).isEqualTo(404);
    }

    @Test
    void anUploadGoesOnAfterARestart() throws Exception {
        String upload = begin(HELLO);
        registry.ask("PATCH", upload, text("the bytes "));
        registry.close();
        registry = new TestRegistry(database, folder, false);
        assertThat(registry.ask("PATCH", upload, text("of a layer")).statusCode()).isEqualTo(202);
        assertThat(registry.ask("PUT", upload + "?digest=" + DIGEST).statusCode()).isEqualTo(201);
        assertThat(registry.ask("GET", HELLO + "/blobs/" + DIGEST).body()).isEqualTo(TEXT);
    }

    @Test
    void aLargeBlobGoesThrough() throws Exception {
        byte[] bytes = new byte[40_000_000];
        new Random(7).nextBytes(bytes);
        String digest = Digest.of(bytes).toString();
        String upload = begin(HELLO);
        assertThat(registry.ask("PATCH", upload, BodyPublishers.ofByteArray(bytes)).statusCode())
                .isEqualTo(202);
        assertThat(registry.ask("PUT", upload + "?digest=" + digest).statusCode()).isEqualTo(201);
        HttpResponse<String> part =
                registry.ask("HEAD", HELLO + "/blobs/" + digest, "Range", "bytes=0-1");
        assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 0-1/40000000");
    }

    @Test
    void otherBytesThanTheDigestSaysAreRefused() throws Exception {
        HttpResponse<String> answer =
                registry.ask("PUT", begin(HELLO) + "?digest=" + DIGEST, text("other bytes"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"code\":\"DIGEST_INVALID\"");
        assertThat(registry.ask("HEAD", HELLO + "/blobs/" + DIGEST).statusCode()).isEqualTo(404);
        String sha512 = begin(HELLO) + "?digest=sha512:" + "0".repeat(128);
        assertThat(registry.ask("PUT", sha512, text(TEXT)).statusCode()).isEqualTo(400);
    }

    @Test
    void aBlobOfOneRepositoryIsNotThereInAnotherUntilItIsMounted() throws Exception {
        push(HELLO, TEXT);
        registry.project("other");
        String there = "/v2/other/web/blobs/";
        assertThat(registry.ask("GET", there + DIGEST).statusCode()).isEqualTo(404);
        String mount = there + "uploads/?mount=" + DIGEST + "&from=hello/web";
        String bound = registry.token(registry.project("other"), Right.READ, Right.PUSH).reveal();
        HttpResponse<String> refused = registry.as(bound, "POST", mount, BodyPublishers.noBody());
        assertThat(refused.statusCode()).as("an upload begins instead").isEqualTo(202);
        assertThat(registry.ask("GET", there + DIGEST).statusCode()).isEqualTo(404);
        assertThat(registry.ask("POST", mount).statusCode()).isEqualTo(201);
        assertThat(registry.ask("GET", there + DIGEST).body()).isEqualTo(TEXT);
    }

    @Test
    void whoMayNotSeeAProjectSeesNoRepository() throws Exception {
        push(HELLO, TEXT);
        String blind = registry.token(registry.project("other"), Right.READ).reveal();
        HttpResponse<String> hidden =
                registry.as(blind, "GET", HELLO + "/tags/list", BodyPublishers.noBody());
        HttpResponse<String> missing =
                registry.as(blind, "GET", "/v2/nothing/web/tags/list", BodyPublishers.noBody());
        assertThat(hidden.statusCode()).isEqualTo(404);
        assertThat(hidden.body()).isEqualTo(missing.body());
    }

    @Test
    void whoMayOnlyReadDoesNotPush() throws Exception {
        String reader = registry.token(hello, Right.READ).reveal();
        HttpResponse<String> answer =
                registry.as(reader, "POST", HELLO + "/blobs/uploads/", BodyPublishers.noBody());
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("\"code\":\"DENIED\"");
        assertThat(
                        registry.as(reader, "GET", HELLO + "/tags/list", BodyPublishers.noBody())
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aJobsCredentialIsForOneRepositoryAndDiesWithItsAttempt() throws Exception {
        long attempt = registry.attempt(hello);
        String credential = registry.credential(hello, attempt, "hello/web").reveal();
        assertThat(start(credential, HELLO)).isEqualTo(202);
        assertThat(start(credential, "/v2/hello/other")).isEqualTo(403);
        assertThat(start(credential, "/v2/nothing/web")).isEqualTo(403);
        registry.end(attempt);
        assertThat(start(credential, HELLO)).isEqualTo(401);
    }

    @Test
    void theListenerOfContainersTakesJobsCredentialsOnly() throws Exception {
        try (TestRegistry inner = new TestRegistry(database, folder, true)) {
            assertThat(inner.ask("GET", "/v2/").statusCode()).isEqualTo(401);
            String credential = inner.credential(hello, inner.attempt(hello), "hello/web").reveal();
            assertThat(inner.as(credential, "GET", "/v2/", BodyPublishers.noBody()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void namesOutsideTheGrammarAreRefused() throws Exception {
        for (String path :
                new String[] {
                    "/v2/hello/tags/list",
                    "/v2/hello/../web/blobs/" + DIGEST,
                    "/v2/Hello/web/tags/list",
                    "/v2/a/b/c/d/tags/list",
                    "/v2/hello/web/nothing",
                    "/v2/hello/web/blobs/uploads/not-an-id",
                    "/v2/_catalog"
                }) {
            assertThat(registry.ask("GET", path).statusCode()).as(path).isBetween(400, 404);
        }
    }

    private int start(String token, String repository) throws Exception {
        return registry.as(token, "POST", repository + "/blobs/uploads/", BodyPublishers.noBody())
                .statusCode();
    }

    private String begin(String repository) throws Exception {
        HttpResponse<String> begun = registry.ask("POST", repository + "/blobs/uploads/");
        assertThat(begun.statusCode()).isEqualTo(202);
        return begun.headers().firstValue("Location").orElseThrow();
    }

    private HttpResponse<String> push(String repository, String text) throws Exception {
        String digest = Digest.of(text.getBytes(StandardCharsets.UTF_8)).toString();
        return registry.ask("POST", repository + "/blobs/uploads/?digest=" + digest, text(text));
    }
}
