package io.slipway.web.registry;

import static io.slipway.web.registry.TestRegistry.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.blob.Digest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

@ExtendWith(DatabaseExtension.class)
final class UploadDoorTest {
    private static final String HELLO = "/v2/hello/web";
    private static final String OTHER = "/v2/other/web";
    private static final String TEXT = "the bytes of a layer";

    private final Database database;
    @TempDir private Path folder;
    private TestRegistry registry;

    UploadDoorTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        registry = new TestRegistry(database, folder, false);
        registry.project("hello");
        registry.project("other");
        database.change(tx -> tx.update("delete from registry_uploads"));
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
    }

    @Test
    void anUploadOfOneRepositoryIsNotThereInAnother() throws Exception {
        String upload = begin();
        String elsewhere = upload.replace(HELLO, OTHER);
        registry.ask("PATCH", upload, text(TEXT));
        for (String method : new String[] {"GET", "PATCH", "DELETE"}) {
            assertThat(registry.ask(method, elsewhere).statusCode()).as(method).isEqualTo(404);
        }
        String digest = "?digest=" + Digest.of(TEXT.getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> stolen = registry.ask("PUT", elsewhere + digest);
        assertThat(stolen.statusCode()).isEqualTo(404);
        assertThat(stolen.body()).contains("BLOB_UPLOAD_UNKNOWN");
        assertThat(registry.ask("PUT", upload + digest).statusCode()).isEqualTo(201);
    }

    @Test
    void whatIsSaidToBeTooLargeIsRefusedBeforeItComes() throws Exception {
        String upload = begin();
        refusesAsTooLarge(registry.ask("PATCH", upload, BodyPublishers.ofByteArray(tooMuch())));
        assertThat(registry.ask("GET", upload).headers().firstValue("Range")).hasValue("0-0");
    }

    @Test
    void whatTurnsOutToBeTooLargeIsRefusedAndDropped() throws Exception {
        String upload = begin();
        refusesAsTooLarge(
                registry.ask(
                        "PATCH",
                        upload,
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooMuch()))));
        assertThat(registry.ask("GET", upload).statusCode()).isEqualTo(404);
        assertThat(uploads()).isZero();
    }

    @Test
    void chunksThatAreTooLargeTogetherAreRefused() throws Exception {
        String upload = begin();
        registry.ask("PATCH", upload, text(TEXT));
        byte[] most = new byte[(int) TestRegistry.LARGEST_BLOB];
        refusesAsTooLarge(registry.ask("PATCH", upload, BodyPublishers.ofByteArray(most)));
    }

    @Test
    void aFullDiskTakesNoImage() throws Exception {
        String upload = begin();
        registry.full = true;
        assertThat(registry.ask("PATCH", upload, text(TEXT)).statusCode()).isEqualTo(503);
        HttpResponse<String> answer = registry.ask("POST", HELLO + "/blobs/uploads/");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("the disk is 95 % full");
        registry.full = false;
        assertThat(registry.ask("PATCH", upload, text(TEXT)).statusCode()).isEqualTo(202);
    }

    @Test
    void anUploadThatNobodyGoesOnWithIsForgotten() throws Exception {
        String old = begin();
        String fresh = begin();
        Instant past = Instant.now().minus(Duration.ofHours(25));
        Path file = folder.resolve("uploads").resolve(old.substring(old.lastIndexOf('/') + 1));
        Files.setLastModifiedTime(file, FileTime.from(past));
        database.change(
                tx ->
                        tx.update(
                                "update registry_uploads set begun_at = now() - interval '25"
                                        + " hours'"));
        assertThat(registry.registry.sweep()).isEqualTo(1);
        assertThat(registry.ask("GET", old).statusCode()).isEqualTo(404);
        assertThat(registry.ask("GET", fresh).statusCode()).isEqualTo(204);
        assertThat(uploads()).isEqualTo(1);
    }

    private static void refusesAsTooLarge(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body())
                .contains("\"code\":\"SIZE_INVALID\"")
                .contains(
                        "the blob has more than the 40000000 bytes that SLIPWAY_BLOB_LIMIT allows");
    }

    private static byte[] tooMuch() {
        return new byte[(int) TestRegistry.LARGEST_BLOB + 1];
    }

    private String begin() throws Exception {
        HttpResponse<String> begun = registry.ask("POST", HELLO + "/blobs/uploads/");
        assertThat(begun.statusCode()).isEqualTo(202);
        return begun.headers().firstValue("Location").orElseThrow();
    }

    private long uploads() {
        return database.read(
                tx ->
                        tx.one(
                                "select count(*) as number from registry_uploads",
                                row -> row.number("number")));
    }
}
