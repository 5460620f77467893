package io.slipway.engine.source;

import java.util.List;
import java.util.Optional;

/// The files of one commit, or of one folder. Read only; paths are relative to the root, with `/`
/// between their parts and no leading one; the empty path is the root. Nothing follows a symbolic
/// link, and no path leaves the tree: `..`, `.`, empty parts and `.git` exist nowhere.
public interface SourceTree {
    /// What an entry is.
    enum Kind {
        /// A regular file, executable or not.
        FILE,
        /// A folder.
        FOLDER,
        /// A symbolic link, a submodule, or anything else that holds no content of its own.
        OTHER
    }

    /// An entry of a folder.
    ///
    /// @param name its last part, no path
    record Entry(String name, Kind kind) {}

    /// The content of a regular file.
    ///
    /// @param cap the most bytes that are read
    /// @return empty when there is no regular file at that path
    /// @throws io.slipway.fault.Fault CONFIGURATION when the file is larger than `cap`
    Optional<byte[]> file(String path, int cap);

    /// What a folder holds, sorted by name.
    ///
    /// @return empty when there is no folder at that path
    List<Entry> list(String path);

    /// What is at a path.
    ///
    /// @return empty when there is nothing
    Optional<Kind> at(String path);

    /// Whether there is a file, a folder or anything else at a path.
    default boolean exists(String path) {
        return at(path).isPresent();
    }
}
