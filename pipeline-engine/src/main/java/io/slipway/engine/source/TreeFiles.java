package io.slipway.engine.source;

import io.slipway.fault.Fault;

import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Every file of a tree, in git's own order, with what has been checked about it.
///
/// @param files all but folders
/// @param folders ids of the trees, the root first
record TreeFiles(List<File> files, List<ObjectId> folders) {
    private static final int MOST_FILES = 500_000;
    private static final long MOST_BYTES = 8L << 30;

    /// A file, a symbolic link or a submodule.
    ///
    /// @param size bytes of its content; 0 for a submodule
    record File(String path, FileMode mode, ObjectId id, long size) {
        boolean link() {
            return mode == FileMode.SYMLINK;
        }

        boolean submodule() {
            return mode == FileMode.GITLINK;
        }

        boolean executable() {
            return mode == FileMode.EXECUTABLE_FILE;
        }

        byte[] rawPath() {
            return path.getBytes(StandardCharsets.UTF_8);
        }

        /// @return the folder it is in; empty for the root
        String folder() {
            int slash = path.lastIndexOf('/');
            return slash < 0 ? "" : path.substring(0, slash);
        }
    }

    /// @throws Fault CONFIGURATION when a path is malicious or there is too much
    static TreeFiles of(ObjectReader reader, ObjectId tree) throws IOException {
        List<File> files = new ArrayList<>();
        List<ObjectId> folders = new ArrayList<>(List.of(tree));
        Set<String> seen = new HashSet<>();
        long bytes = 0;
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.reset(tree);
            while (walk.next()) {
                String path = walk.getPathString();
                TreePaths.check(walk.getNameString());
                if (!seen.add(path)) {
                    throw tooMuch("a path in it is there twice");
                }
                if (walk.isSubtree()) {
                    folders.add(walk.getObjectId(0));
                    walk.enterSubtree();
                    continue;
                }
                File file = file(reader, walk, path);
                bytes += file.size();
                files.add(file);
                if (files.size() > MOST_FILES || bytes > MOST_BYTES) {
                    throw tooMuch("it has more than 500,000 files or 8 GiB");
                }
            }
        }
        return new TreeFiles(files, folders);
    }

    private static File file(ObjectReader reader, TreeWalk walk, String path) throws IOException {
        FileMode mode = walk.getFileMode(0);
        ObjectId id = walk.getObjectId(0);
        long size = mode == FileMode.GITLINK ? 0 : reader.getObjectSize(id, ObjectReader.OBJ_ANY);
        return new File(path, mode, id, size);
    }

    private static Fault tooMuch(String why) {
        return new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot take the commit's files: " + why,
                "make the commit smaller");
    }
}
