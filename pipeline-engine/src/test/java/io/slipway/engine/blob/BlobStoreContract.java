package io.slipway.engine.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.blob.BlobStore.WrongDigest;
import io.slipway.engine.blob.BlobStore.WrongOffset;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/// What every store of blobs must do.
abstract class BlobStoreContract {
    private static final String TEXT = "what is kept";

    /// The store under test, empty at first.
    abstract BlobStore store();

    /// The same store as a server sees it that was started again.
    abstract BlobStore restarted();

    @Test
    void bytesAreKeptUnderTheirDigest() throws Exception {
        Kept kept = keep(TEXT);
        assertThat(kept).isEqualTo(new Kept(digest(TEXT), TEXT.length()));
        assertThat(read(kept.digest(), 0, Long.MAX_VALUE)).isEqualTo(TEXT);
        assertThat(store().size(kept.digest())).hasValue(TEXT.length());
        assertThat(restarted().size(kept.digest())).hasValue(TEXT.length());
    }

    @Test
    void theSameBytesTwiceAreOne() throws Exception {
        assertThat(keep(TEXT)).isEqualTo(keep(TEXT));
        assertThat(read(digest(TEXT), 0, Long.MAX_VALUE)).isEqualTo(TEXT);
    }

    @Test
    void aRangeIsRead() throws Exception {
        Digest digest = keep(TEXT).digest();
        assertThat(read(digest, 5, 2)).isEqualTo("is");
        assertThat(read(digest, 8, 100)).isEqualTo("kept");
        assertThat(read(digest, 100, 1)).isEmpty();
        try (InputStream in = store().read(digest, 0, 6)) {
            assertThat(in.skip(5)).isEqualTo(5);
            assertThat(in.read()).isEqualTo('i');
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void anUploadGrowsAtItsEndOnly() throws Exception {
        UUID upload = store().begin();
        assertThat(store().append(upload, 0, bytes("what "))).isEqualTo(5);
        for (long wrong : new long[] {0, 4, 6}) {
            WrongOffset refused =
                    catchThrowableOfType(
                            WrongOffset.class, () -> store().append(upload, wrong, bytes("never")));
            assertThat(refused.length()).isEqualTo(5);
        }
        assertThat(store().append(upload, 5, bytes("is kept"))).isEqualTo(12);
        assertThat(store().finish(upload, Optional.of(digest(TEXT))).size()).isEqualTo(12);
        assertThat(store().uploaded(upload)).isEmpty();
    }

    @Test
    void anUploadSurvivesARestart() throws Exception {
        UUID upload = store().begin();
        store().append(upload, 0, bytes("what "));
        BlobStore again = restarted();
        assertThat(again.uploaded(upload)).hasValue(5);
        again.append(upload, 5, bytes("is "));
        again.append(upload, 8, bytes("kept"));
        assertThat(again.finish(upload, Optional.of(digest(TEXT))).size()).isEqualTo(12);
        assertThat(store().size(digest(TEXT))).hasValue(12);
    }

    @Test
    void whatCameBeforeABrokenConnectionIsKept() throws Exception {
        UUID upload = store().begin();
        InputStream broken =
                new InputStream() {
                    private int left = 5;

                    @Override
                    public int read() throws IOException {
                        if (left-- == 0) {
                            throw new IOException("gone");
                        }
                        return "what ".charAt(4 - left);
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) throws IOException {
                        to[offset] = (byte) read();
                        return 1;
                    }
                };
        assertThatThrownBy(() -> store().append(upload, 0, broken)).hasMessage("gone");
        assertThat(store().uploaded(upload)).hasValue(5);
        store().append(upload, 5, bytes("is kept"));
        store().finish(upload, Optional.of(digest(TEXT)));
        assertThat(read(digest(TEXT), 0, 100)).isEqualTo(TEXT);
    }

    @Test
    void bytesWithAnotherDigestAreNotKept() throws Exception {
        UUID upload = store().begin();
        store().append(upload, 0, bytes("something else"));
        assertThatThrownBy(() -> store().finish(upload, Optional.of(digest(TEXT))))
                .isInstanceOf(WrongDigest.class)
                .hasMessage("the bytes have the digest " + digest("something else"));
        assertThat(store().size(digest(TEXT))).isEmpty();
        assertThat(store().size(digest("something else"))).isEmpty();
        assertThat(store().uploaded(upload)).isEmpty();
    }

    @Test
    void anUploadThatIsNotThereIsNotFound() throws Exception {
        UUID upload = store().begin();
        store().discard(upload);
        store().discard(upload);
        assertThatThrownBy(() -> store().append(upload, 0, bytes("x"))).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> store().finish(upload, Optional.empty()))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> store().read(digest("never"), 0, 1)).isInstanceOf(Fault.class);
    }

    @Test
    void onlyStalledUploadsAreSwept() throws Exception {
        UUID upload = store().begin();
        Digest kept = keep(TEXT).digest();
        assertThat(store().sweep(Duration.ofHours(1))).isZero();
        assertThat(store().uploaded(upload)).hasValue(0);
        assertThat(store().sweep(Duration.ofSeconds(-60))).isEqualTo(1);
        assertThat(store().uploaded(upload)).isEmpty();
        assertThat(store().size(kept)).hasValue(12);
    }

    @Test
    void whatIsRemovedIsGone() throws Exception {
        Digest digest = keep(TEXT).digest();
        store().remove(digest);
        store().remove(digest);
        assertThat(store().size(digest)).isEmpty();
    }

    private Kept keep(String text) throws Exception {
        UUID upload = store().begin();
        store().append(upload, 0, bytes(text));
        return store().finish(upload, Optional.empty());
    }

    private String read(Digest digest, long offset, long length) throws IOException {
        try (InputStream in = store().read(digest, offset, length)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
