package io.slipway.engine.source;

import io.slipway.fault.Fault;

import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/// A folder of a commit as it is, without `.git`: what an image is built from.
public final class SourceFolder {
    private final Opening opening;
    private final CommitId commit;
    private final String folder;

    SourceFolder(Opening opening, CommitId commit, String folder) {
        this.opening = opening;
        this.commit = commit;
        this.folder = folder;
    }

    /// Something that is done with the folder's tree.
    @FunctionalInterface
    private interface Reading<T> {
        T from(ObjectReader reader, ObjectId tree, long seconds) throws IOException;
    }

    /// The paths of all its files and links, relative to the folder, in git's order.
    public List<String> paths() throws IOException {
        return reading(
                (reader, tree, seconds) ->
                        TreeFiles.of(reader, tree).files().stream()
                                .map(TreeFiles.File::path)
                                .toList());
    }

    /// Writes the files whose paths are wanted. Paths in the archive are relative to the folder,
    /// times are the commit's; the caller ends the archive.
    ///
    /// @param wanted asked for each path relative to the folder
    public void writeTo(TarStream tar, Predicate<String> wanted) throws IOException {
        reading(
                (reader, tree, seconds) -> {
                    TreeFiles files = TreeFiles.of(reader, tree);
                    new TreeTar(tar, reader, seconds).write(files, wanted);
                    return true;
                });
    }

    private <T> T reading(Reading<T> reading) throws IOException {
        try (Repository repository = opening.open();
                ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit found = walk.parseCommit(Refs.id(commit));
            return reading.from(reader, tree(reader, found), found.getCommitTime());
        }
    }

    private ObjectId tree(ObjectReader reader, RevCommit found) throws IOException {
        if (folder.isEmpty() || folder.equals(".")) {
            return found.getTree();
        }
        TreePaths.check(folder);
        try (TreeWalk at = TreeWalk.forPath(reader, folder, found.getTree())) {
            if (at == null || !at.isSubtree()) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot read the folder " + folder + ": it is not in the commit",
                        "write a folder of the repository");
            }
            return at.getObjectId(0);
        }
    }
}
