package io.slipway.engine.source;

import io.slipway.fault.Fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A folder on disk as a source tree: what `slipway lint` and `slipway plan` look at. The caller
/// owns the folder; a path that leads out of it, or over a symbolic link, finds nothing.
public final class FolderTree implements SourceTree {
    private final Path root;

    /// @param root the folder; it need not exist
    public FolderTree(Path root) {
        this.root = root;
    }

    @Override
    public Optional<byte[]> file(String path, int cap) {
        Optional<Path> found = resolve(path).filter(p -> kind(p) == Kind.FILE);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(found.get(), LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(cap + 1);
            if (bytes.length > cap) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot read " + path + ": it is larger than " + cap / 1024 + " KiB",
                        "make the file smaller");
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    @Override
    public List<Entry> list(String path) {
        Optional<Path> found = resolve(path).filter(p -> kind(p) == Kind.FOLDER);
        if (found.isEmpty()) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        try (var children = Files.newDirectoryStream(found.get())) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                if (!name.equals(".git")) {
                    entries.add(new Entry(name, kind(child)));
                }
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    @Override
    public Optional<Kind> at(String path) {
        return resolve(path)
                .filter(p -> Files.exists(p, LinkOption.NOFOLLOW_LINKS))
                .map(FolderTree::kind);
    }

    private Optional<Path> resolve(String path) {
        Path at = root;
        if (path.isEmpty()) {
            return Optional.of(at);
        }
        for (String part : path.split("/", -1)) {
            boolean allowed = !part.isEmpty() && !part.equals(".") && !part.equals("..");
            if (!allowed || part.equals(".git") || (!at.equals(root) && kind(at) != Kind.FOLDER)) {
                return Optional.empty();
            }
            try {
                at = at.resolve(part);
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static Kind kind(Path path) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return Kind.FILE;
        }
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? Kind.FOLDER : Kind.OTHER;
    }

    private static Fault unreadable(String path, IOException e) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot read " + (path.isEmpty() ? "the folder" : path) + ": " + e.getMessage(),
                "check the folder's permissions",
                e);
    }
}
