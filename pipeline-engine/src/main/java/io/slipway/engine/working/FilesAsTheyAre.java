package io.slipway.engine.working;

import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuildIterator;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.NameConflictTreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk.OperationType;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Arrays;

/// The files of a working tree as a git tree: what is tracked and still there, and what is there
/// and not ignored. A file that has not changed since git looked is not read again.
final class FilesAsTheyAre {
    private static final int MOST_FILES = 500_000;
    private static final long MOST_BYTES = 8L << 30;

    /// A file that grows while it is read is read again this often.
    private static final int TRIES = 3;

    private final Repository repository;
    private final ObjectInserter inserter;
    private long files;
    private long bytes;

    /// @param repository with its work tree; nothing is written there
    /// @param inserter takes the files
    FilesAsTheyAre(Repository repository, ObjectInserter inserter) {
        this.repository = repository;
        this.inserter = inserter;
    }

    ObjectId tree() throws IOException {
        DirCache index = repository.readDirCache();
        DirCacheBuilder builder = index.builder();
        try (ObjectReader reader = repository.newObjectReader();
                NameConflictTreeWalk walk = new NameConflictTreeWalk(repository, reader)) {
            walk.setOperationType(OperationType.CHECKIN_OP);
            walk.addTree(new DirCacheBuildIterator(builder));
            FileTreeIterator folder = new FileTreeIterator(repository);
            folder.setDirCacheIterator(walk, 0);
            walk.addTree(folder);
            byte[] last = null;
            while (walk.next()) {
                DirCacheIterator known = walk.getTree(0, DirCacheIterator.class);
                WorkingTreeIterator found = walk.getTree(1, WorkingTreeIterator.class);
                boolean conflict = stage(known) > 0;
                boolean again = conflict && Arrays.equals(last, walk.getRawPath());
                if (again || known == null && found != null && found.isEntryIgnored()) {
                    continue;
                }
                if (enters(walk, known, found)) {
                    walk.enterSubtree();
                    continue;
                }
                DirCacheEntry entry = entry(reader, walk.getRawPath(), known, found);
                if (entry != null) {
                    builder.add(entry);
                    last = walk.getRawPath();
                }
            }
        }
        builder.finish();
        return index.writeTree(inserter);
    }

    /// Higher than 0 for one side of a conflict.
    private static int stage(@Nullable DirCacheIterator known) {
        DirCacheEntry entry = known == null ? null : known.getDirCacheEntry();
        return entry == null ? 0 : entry.getStage(); // a folder has none
    }

    private static boolean enters(
            NameConflictTreeWalk walk,
            @Nullable DirCacheIterator known,
            @Nullable WorkingTreeIterator found) {
        if (walk.isSubtree() && !walk.isDirectoryFileConflict()) {
            return true;
        }
        return found != null
                && FileMode.TREE.equals(found.getEntryRawMode())
                && found.getIndexFileMode(known) != FileMode.GITLINK;
    }

    /// @return null when there is nothing to take at that path
    private @Nullable DirCacheEntry entry(
            ObjectReader reader,
            byte[] path,
            @Nullable DirCacheIterator known,
            @Nullable WorkingTreeIterator found)
            throws IOException {
        DirCacheEntry tracked = known == null ? null : known.getDirCacheEntry();
        if (tracked != null && tracked.getStage() > 0) {
            tracked = null;
        }
        boolean asTracked =
                tracked != null
                        && (tracked.isAssumeValid()
                                || tracked.isSkipWorkTree()
                                || tracked.getFileMode() == FileMode.GITLINK);
        if (asTracked || found == null) {
            return asTracked ? tracked : null;
        }
        FileMode mode = found.getIndexFileMode(known);
        boolean file = mode == FileMode.REGULAR_FILE || mode == FileMode.EXECUTABLE_FILE;
        if (!file && mode != FileMode.SYMLINK || file && !regular(found)) {
            return null; // a repository in the folder, a pipe, a socket
        }
        count(found.getEntryLength());
        if (tracked != null && !found.isModified(tracked, true, reader)) {
            return tracked;
        }
        DirCacheEntry fresh = new DirCacheEntry(path);
        fresh.setFileMode(mode);
        fresh.setObjectId(stored(found));
        return fresh;
    }

    private boolean regular(WorkingTreeIterator found) {
        return Files.isRegularFile(
                repository.getWorkTree().toPath().resolve(found.getEntryPathString()),
                LinkOption.NOFOLLOW_LINKS);
    }

    private void count(long length) throws IOException {
        files++;
        bytes += length;
        if (files > MOST_FILES || bytes > MOST_BYTES) {
            throw new IOException("there are more than 500,000 files or 8 GiB that git would take");
        }
    }

    private ObjectId stored(WorkingTreeIterator found) throws IOException {
        for (int i = 1; ; i++) {
            long length = found.getEntryContentLength();
            try (InputStream in = found.openEntryStream()) {
                return inserter.insert(Constants.OBJ_BLOB, length, in);
            } catch (EOFException e) {
                if (i == TRIES) {
                    throw new IOException(
                            found.getEntryPathString() + " changes while it is read", e);
                }
            }
        }
    }
}
