package io.slipway.engine.source;

import io.slipway.fault.Fault;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/// Which names may leave a git tree for a file system. A tree is made by whoever pushed it.
final class TreePaths {
    private TreePaths() {}

    /// @return whether the one part of a path is a plain name: none of ``, `.`, `..`, `.git` in any
    ///   spelling that some file system takes for it
    static boolean allowed(String part) {
        if (part.isEmpty() || part.indexOf('/') >= 0 || part.indexOf('\0') >= 0) {
            return false;
        }
        try {
            checker().checkPath(part);
            return true;
        } catch (CorruptObjectException e) {
            return false;
        }
    }

    /// @param path of a file within a commit
    /// @throws Fault CONFIGURATION when any part of it is not allowed
    static void check(String path) {
        for (String part : path.split("/", -1)) {
            if (!allowed(part)) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot take the commit's files: a path in it is malicious",
                        "remove the path from the commit");
            }
        }
    }

    private static ObjectChecker checker() {
        return new ObjectChecker().setSafeForMacOS(true);
    }
}
