package io.slipway.web.server;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// The disk that the data folder is on.
final class Disk {
    /// Below this part no image is taken any more; apps never stop.
    private static final int RESERVE_PERCENT = 5;

    private Disk() {}

    /// Whether less than a twentieth of the disk below a folder is left.
    static boolean isFull(Path folder) {
        try {
            FileStore disk = Files.getFileStore(folder);
            return isFull(disk.getUsableSpace(), disk.getTotalSpace());
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isFull(long usable, long total) {
        return total > 0 && usable < total / 100 * RESERVE_PERCENT;
    }
}
