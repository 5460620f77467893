package io.slipway.engine.blob;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class FolderBlobStoreTest extends BlobStoreContract {
    @TempDir private Path folder;
    private FolderBlobStore store;

    @BeforeEach
    void begin() {
        store = new FolderBlobStore(folder);
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    BlobStore restarted() {
        return new FolderBlobStore(folder);
    }
}
