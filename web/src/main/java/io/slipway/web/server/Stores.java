package io.slipway.web.server;

import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.blob.S3BlobStore;
import io.slipway.engine.blob.S3Bucket;
import io.slipway.engine.blob.S3Objects;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.StalledUploads;
import io.slipway.web.settings.DataPaths;

/// Where bytes are kept, the registry's and those of long logs: in the data folder, or in a bucket.
final class Stores implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Registry registry;
    private final BlobStore logs;

    Stores(Foundation base) {
        DataPaths paths = base.folder().paths();
        S3Bucket wanted = base.settings().engine().bucket();
        long largest = base.settings().engine().keeping().largestBlob();
        try {
            if (wanted == null) {
                this.registry =
                        new Registry(
                                base.database(),
                                new FolderBlobStore(paths.blobs()),
                                new Registry.Limits(largest, () -> Disk.isFull(paths.blobs())));
                this.logs = new FolderBlobStore(paths.logs());
            } else {
                S3Objects bucket = closing.add(S3Objects.connect(wanted));
                this.registry =
                        new Registry(
                                base.database(),
                                new S3BlobStore(bucket, "blobs/"),
                                new Registry.Limits(largest, () -> false));
                this.logs = new S3BlobStore(bucket, "logs/");
            }
            closing.add(new StalledUploads(registry));
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    Registry registry() {
        return registry;
    }

    /// Long logs of attempts that have ended.
    BlobStore logs() {
        return logs;
    }

    @Override
    public void close() {
        closing.close();
    }
}
