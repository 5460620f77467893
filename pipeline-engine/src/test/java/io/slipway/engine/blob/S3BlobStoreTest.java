package io.slipway.engine.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.blob.BlobStore.WrongDigest;
import io.slipway.engine.blob.BlobStore.WrongOffset;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3BlobStoreTest extends BlobStoreContract {
    private static final int MUCH = 20_000_000;

    private final AtomicInteger number = new AtomicInteger();
    private S3Server server;
    private S3Objects bucket;
    private S3BlobStore store;

    @BeforeAll
    void startServer(@TempDir Path folder) {
        server = new S3Server(folder);
    }

    @AfterAll
    void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void begin() {
        bucket = S3Objects.connect(server.bucket("test-" + number.incrementAndGet() + "/"));
        store = new S3BlobStore(bucket, "blobs/");
    }

    @AfterEach
    void nothingIsLeftOfUploads() throws IOException {
        store.sweep(Duration.ofSeconds(-60));
        assertThat(bucket.list("blobs/uploads/")).isEmpty();
        assertThat(bucket.pending("")).isEmpty();
        bucket.close();
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    BlobStore restarted() {
        return new S3BlobStore(bucket, "blobs/");
    }

    private static byte[] much() {
        byte[] bytes = new byte[MUCH];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static InputStream part(byte[] bytes, int from, int to) {
        return new ByteArrayInputStream(bytes, from, to - from);
    }

    private static byte[] all(BlobStore from, Digest digest) throws IOException {
        try (InputStream in = from.read(digest, 0, Long.MAX_VALUE)) {
            return in.readAllBytes();
        }
    }

    @Test
    void whatIsLargerThanAPartIsKeptWhole() throws Exception {
        byte[] bytes = much();
        UUID upload = store.begin();
        assertThat(store.append(upload, 0, part(bytes, 0, MUCH))).isEqualTo(MUCH);
        assertThat(store.uploaded(upload)).hasValue(MUCH);
        Kept kept = store.finish(upload, Optional.of(Digest.of(bytes)));
        assertThat(kept).isEqualTo(new Kept(Digest.of(bytes), MUCH));
        assertThat(all(restarted(), kept.digest())).isEqualTo(bytes);
        try (InputStream in = store.read(kept.digest(), MUCH - 3, 100)) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, MUCH - 3, MUCH));
        }
    }

    @Test
    void itGrowsInPiecesOfAnySizeByAnyServer() throws Exception {
        byte[] bytes = much();
        UUID upload = store.begin();
        int[] ends = {1, 8 << 20, (8 << 20) + 5, 9_000_000, 17_000_000, MUCH};
        int at = 0;
        for (int end : ends) {
            BlobStore one = end % 2 == 0 ? store : restarted();
            assertThat(one.append(upload, at, part(bytes, at, end))).isEqualTo(end);
            assertThat(restarted().uploaded(upload)).hasValue(end);
            at = end;
        }
        assertThat(store.finish(upload, Optional.empty()).digest()).isEqualTo(Digest.of(bytes));
        assertThat(all(store, Digest.of(bytes))).isEqualTo(bytes);
    }

    @Test
    void bytesThatAnotherServerWroteCountAndNotTheOnesSeenHere() throws Exception {
        byte[] bytes = much();
        UUID upload = store.begin();
        store.append(upload, 0, part(bytes, 0, 10_000_000));
        restarted().append(upload, 10_000_000, part(bytes, 10_000_000, MUCH));
        assertThatThrownBy(() -> store.append(upload, 10_000_000, part(bytes, 0, 5)))
                .isInstanceOfSatisfying(
                        WrongOffset.class, e -> assertThat(e.length()).isEqualTo(MUCH));
        assertThat(store.finish(upload, Optional.empty()).digest()).isEqualTo(Digest.of(bytes));
    }

    @Test
    void aServerThatDiesBeforeItsLastStepIsFollowedByOneThatDoesIt() throws Exception {
        byte[] bytes = much();
        UUID upload = store.begin();
        store.append(upload, 0, part(bytes, 0, MUCH));
        S3Upload dying = new S3Upload(bucket.below("blobs/"), "uploads/" + upload + "/");
        assertThat(dying.end()).isEqualTo(Digest.of(bytes));
        assertThat(store.uploaded(upload)).hasValue(MUCH);
        assertThatThrownBy(() -> store.append(upload, MUCH, part(bytes, 0, 1)))
                .isInstanceOf(WrongOffset.class);
        assertThat(store.finish(upload, Optional.of(Digest.of(bytes))).size()).isEqualTo(MUCH);
        assertThat(all(store, Digest.of(bytes))).isEqualTo(bytes);
    }

    @Test
    void manyBytesWithAnotherDigestAreNotKept() throws Exception {
        byte[] bytes = much();
        UUID upload = store.begin();
        store.append(upload, 0, part(bytes, 0, MUCH));
        assertThatThrownBy(() -> store.finish(upload, Optional.of(Digest.of(new byte[0]))))
                .isInstanceOf(WrongDigest.class);
        assertThat(store.size(Digest.of(bytes))).isEmpty();
        assertThat(store.uploaded(upload)).isEmpty();
    }

    @Test
    void anUploadThatStalledAmongItsPartsIsSweptWithThem() throws Exception {
        UUID upload = store.begin();
        store.append(upload, 0, part(much(), 0, MUCH));
        assertThat(bucket.pending("blobs/uploads/")).hasSize(1);
        assertThat(store.sweep(Duration.ofHours(1))).isZero();
        assertThat(store.sweep(Duration.ofSeconds(-60))).isEqualTo(1);
        assertThat(bucket.pending("")).isEmpty();
    }

    @Test
    void nothingIsKeptAsWell() throws Exception {
        UUID upload = store.begin();
        Kept kept = store.finish(upload, Optional.empty());
        assertThat(kept).isEqualTo(new Kept(Digest.of(new byte[0]), 0));
        assertThat(all(store, kept.digest())).isEmpty();
    }

    @Test
    void aBucketThatCannotBeUsedIsToldBeforeAnythingIsKept() {
        S3Bucket right = server.bucket("");
        S3Bucket none =
                new S3Bucket(
                        right.endpoint(), "no-such-bucket", "us-east-1", "", true, right.keys());
        assertThatThrownBy(() -> S3Objects.connect(none))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot use the bucket no-such-bucket: there is none of that name");
        S3Bucket wrong =
                new S3Bucket(
                        right.endpoint(),
                        right.name(),
                        "us-east-1",
                        "",
                        true,
                        new S3Bucket.Keys("the-access-key", Secret.of("another-secret")));
        assertThatThrownBy(() -> S3Objects.connect(wrong))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot use the bucket slipway-test: the server answers 403");
        assertThat(wrong.toString()).doesNotContain("another-secret");
    }
}
