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

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

@ExtendWith(DatabaseExtension.class)
final class ManifestDoorTest {
    private static final String OCI = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String AT = "/v2/group/hello/web";

    private final Database database;
    @TempDir private Path folder;
    private TestRegistry registry;

    ManifestDoorTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        registry = new TestRegistry(database, folder, false);
        registry.project("group/hello");
        blob("{}");
        blob("layer");
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
    }

    @Test
    void aManifestIsGivenBackByteForByte() throws Exception {
        String manifest = manifest("");
        HttpResponse<String> pushed = put("v1", OCI, manifest);
        assertThat(pushed.statusCode()).isEqualTo(201);
        String digest = digest(manifest);
        assertThat(pushed.headers().firstValue("Docker-Content-Digest")).hasValue(digest);
        for (String reference : new String[] {"v1", digest}) {
            HttpResponse<String> got = registry.ask("GET", AT + "/manifests/" + reference);
            assertThat(got.body()).isEqualTo(manifest);
            assertThat(got.headers().firstValue("Content-Type")).hasValue(OCI);
            HttpResponse<String> head = registry.ask("HEAD", AT + "/manifests/" + reference);
            assertThat(head.headers().firstValue("Docker-Content-Digest")).hasValue(digest);
        }
        assertThat(registry.ask("GET", AT + "/manifests/nope").statusCode()).isEqualTo(404);
    }

    @Test
    void aManifestThatNamesWhatIsNotThereIsRefused() throws Exception {
        String missing = manifest("").replace(digest("layer"), digest("other"));
        assertThat(put("v1", OCI, missing).body()).contains("MANIFEST_BLOB_UNKNOWN");
        String index =
                """
                {"schemaVersion": 2, "manifests": [%s]}\
                """
                        .formatted(descriptor(OCI, "never pushed"));
        assertThat(put("v1", INDEX, index).body()).contains("MANIFEST_BLOB_UNKNOWN");
        String size = manifest("").replace("\"size\": 5", "\"size\": 6");
        assertThat(put("v1", OCI, size).body()).contains("has another size");
    }

    @Test
    void oneKindIsNotTakenForAnother() throws Exception {
        String manifest = manifest("");
        for (String type :
                new String[] {
                    INDEX,
                    "application/vnd.docker.distribution.manifest.list.v2+json",
                    "application/vnd.docker.distribution.manifest.v1+json",
                    "application/json",
                    "text/html"
                }) {
            assertThat(put("v1", type, manifest).statusCode()).as(type).isEqualTo(400);
        }
        for (String both :
                new String[] {
                    manifest(", \"manifests\": []"),
                    manifest(", \"mediaType\": \"" + INDEX + "\""),
                    manifest(", \"schemaVersion\": 2"),
                    manifest("").replace("\"schemaVersion\": 2", "\"schemaVersion\": 1"),
                    manifest("").replace("\"layers\"", "\"fsLayers\""),
                    "[]",
                    "{",
                    ""
                }) {
            HttpResponse<String> answer = put("v1", OCI, both);
            assertThat(answer.statusCode()).as(both).isEqualTo(400);
            assertThat(answer.body()).contains("MANIFEST_INVALID");
        }
        String index = "{\"schemaVersion\": 2, \"manifests\": [], \"layers\": []}";
        assertThat(put("v1", INDEX, index).statusCode()).isEqualTo(400);
        assertThat(put("v1", OCI, index).statusCode()).isEqualTo(400);
    }

    @Test
    void aManifestHasTheDigestThatItIsPushedUnder() throws Exception {
        assertThat(put(digest("other"), OCI, manifest("")).body()).contains("DIGEST_INVALID");
        assertThat(put(digest(manifest("")), OCI, manifest("")).statusCode()).isEqualTo(201);
        assertThat(put("-no-tag", OCI, manifest("")).statusCode()).isEqualTo(400);
    }

    @Test
    void aManifestOverFourMebibytesIsRefused() throws Exception {
        String padding = " ".repeat(4 << 20);
        assertThat(put("v1", OCI, manifest("") + padding).statusCode()).isEqualTo(413);
    }

    @Test
    void tagsComeInOrderAndInPages() throws Exception {
        for (String tag : new String[] {"b", "a", "C", "d"}) {
            assertThat(put(tag, OCI, manifest("")).statusCode()).isEqualTo(201);
        }
        HttpResponse<String> first = registry.ask("GET", AT + "/tags/list?n=3&last=A");
        assertThat(first.body()).contains("\"tags\":[\"C\",\"a\",\"b\"]");
        assertThat(first.headers().firstValue("Link"))
                .hasValue("</v2/group/hello/web/tags/list?n=3&last=b>; rel=\"next\"");
        assertThat(registry.ask("GET", AT + "/tags/list?n=1&last=b").body())
                .contains("\"tags\":[\"d\"]");
    }

    @Test
    void whatRefersToAManifestIsFound() throws Exception {
        String image = manifest("");
        put("v1", OCI, image);
        String referrer =
                manifest(
                        ", \"artifactType\": \"application/sbom\", \"annotations\": {\"a\": \"b\"},"
                                + " \"subject\": "
                                + descriptor(OCI, image));
        HttpResponse<String> pushed = put(digest(referrer), OCI, referrer);
        assertThat(pushed.headers().firstValue("OCI-Subject")).hasValue(digest(image));
        String at = AT + "/referrers/" + digest(image);
        assertThat(registry.ask("GET", at).body())
                .contains("\"digest\":\"" + digest(referrer) + "\"")
                .contains("\"artifactType\":\"application/sbom\"")
                .contains("\"annotations\":{\"a\":\"b\"}");
        HttpResponse<String> none = registry.ask("GET", at + "?artifactType=other");
        assertThat(none.body()).endsWith("\"manifests\":[]}");
        assertThat(none.headers().firstValue("OCI-Filters-Applied")).hasValue("artifactType");
    }

    @Test
    void nothingIsRemovedOverTheDoor() throws Exception {
        put("v1", OCI, manifest(""));
        for (String path :
                new String[] {
                    "/manifests/v1",
                    "/manifests/" + digest(manifest("")),
                    "/blobs/" + digest("layer")
                }) {
            HttpResponse<String> answer = registry.ask("DELETE", AT + path);
            assertThat(answer.statusCode()).as(path).isEqualTo(405);
            assertThat(answer.body()).contains("UNSUPPORTED");
        }
        assertThat(registry.ask("GET", AT + "/manifests/v1").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> put(String reference, String type, String manifest)
            throws Exception {
        return registry.ask(
                "PUT", AT + "/manifests/" + reference, text(manifest), "Content-Type", type);
    }

    private void blob(String content) throws Exception {
        registry.ask("POST", AT + "/blobs/uploads/?digest=" + digest(content), text(content));
    }

    private static String manifest(String more) {
        return "{\"schemaVersion\": 2, \"config\": %s, \"layers\": [%s]%s}"
                .formatted(
                        descriptor("application/vnd.oci.image.config.v1+json", "{}"),
                        descriptor("application/vnd.oci.image.layer.v1.tar", "layer"),
                        more);
    }

    private static String descriptor(String type, String content) {
        return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d}"
                .formatted(type, digest(content), content.length());
    }

    private static String digest(String content) {
        return Digest.of(content.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
