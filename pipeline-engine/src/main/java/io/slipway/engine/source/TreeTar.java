package io.slipway.engine.source;

import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/// Writes the files of a tree into a tar, content streamed from the object store.
final class TreeTar {
    private static final int LONGEST_LINK = 4096;

    private final TarStream tar;
    private final ObjectReader reader;
    private final long seconds;
    private final Set<String> folders = new HashSet<>();

    TreeTar(TarStream tar, ObjectReader reader, long seconds) {
        this.tar = tar;
        this.reader = reader;
        this.seconds = seconds;
    }

    void write(TreeFiles files, Predicate<String> wanted) throws IOException {
        for (TreeFiles.File file : files.files()) {
            if (wanted.test(file.path())) {
                folders(file.folder());
                write(file);
            }
        }
    }

    private void folders(String path) throws IOException {
        if (path.isEmpty() || folders.contains(path)) {
            return;
        }
        int slash = path.lastIndexOf('/');
        folders(slash < 0 ? "" : path.substring(0, slash));
        folders.add(path);
        tar.folder(path, seconds);
    }

    private void write(TreeFiles.File file) throws IOException {
        if (file.submodule()) {
            folders(file.path());
            return;
        }
        ObjectLoader loader = reader.open(file.id(), Constants.OBJ_BLOB);
        if (file.link()) {
            byte[] target = loader.getBytes(LONGEST_LINK);
            tar.link(file.path(), new String(target, StandardCharsets.UTF_8), seconds);
            return;
        }
        try (OutputStream content =
                tar.file(file.path(), file.executable(), file.size(), seconds)) {
            loader.copyTo(content);
        }
    }
}
