package io.slipway.engine.remote;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.internal.submodule.SubmoduleValidator;
import org.eclipse.jgit.internal.submodule.SubmoduleValidator.SubmoduleValidationException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Looks at the `.gitmodules` of what was fetched, as `git fsck` does: git of old versions writes
/// outside of the work tree, or runs a program, when a name, a path or a URL in it is hostile.
final class Submodules {
    private static final int LARGEST = 256 << 10;

    private Submodules() {}

    /// @param tip a commit, or a tag of one; anything else has none
    /// @throws CorruptObjectException with what is hostile in it
    static void check(Repository repository, ObjectId tip) throws IOException {
        try (RevWalk walk = new RevWalk(repository)) {
            RevObject found = walk.peel(walk.parseAny(tip));
            if (!(found instanceof RevCommit commit)) {
                return;
            }
            walk.parseHeaders(commit);
            try (TreeWalk file =
                    TreeWalk.forPath(
                            walk.getObjectReader(), Constants.DOT_GIT_MODULES, commit.getTree())) {
                if (file != null) {
                    check(repository, file);
                }
            }
        }
    }

    private static void check(Repository repository, TreeWalk file) throws IOException {
        FileMode mode = file.getFileMode();
        if (!FileMode.REGULAR_FILE.equals(mode) && !FileMode.EXECUTABLE_FILE.equals(mode)) {
            throw new CorruptObjectException("its .gitmodules is no regular file");
        }
        ObjectLoader blob = repository.open(file.getObjectId(0), Constants.OBJ_BLOB);
        if (blob.getSize() > LARGEST) {
            throw new CorruptObjectException(
                    "its .gitmodules is larger than " + LARGEST + " bytes");
        }
        try {
            SubmoduleValidator.assertValidGitModulesFile(
                    new String(blob.getBytes(LARGEST), StandardCharsets.UTF_8));
        } catch (SubmoduleValidationException e) {
            throw new CorruptObjectException("its .gitmodules is hostile: " + e.getMessage());
        }
    }
}
