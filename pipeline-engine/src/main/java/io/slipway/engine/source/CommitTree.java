package io.slipway.engine.source;

import io.slipway.fault.Fault;

import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A commit in a repository as a source tree.
final class CommitTree implements SourceTree {
    private final Opening opening;
    private final CommitId commit;

    CommitTree(Opening opening, CommitId commit) {
        this.opening = opening;
        this.commit = commit;
    }

    /// What the tree holds at a path.
    private record Found(ObjectId id, FileMode mode) {}

    /// Something that is read from the object store.
    @FunctionalInterface
    private interface Reading<T> {
        T from(ObjectReader reader) throws IOException;
    }

    @Override
    public Optional<byte[]> file(String path, int cap) {
        return reading(
                reader -> {
                    Found found = find(reader, path);
                    if (found == null || kind(found.mode) != Kind.FILE) {
                        return Optional.empty();
                    }
                    ObjectLoader loader = reader.open(found.id, Constants.OBJ_BLOB);
                    if (loader.getSize() > cap) {
                        throw tooLarge(path, cap);
                    }
                    return Optional.of(loader.getBytes(cap));
                });
    }

    @Override
    public List<Entry> list(String path) {
        return reading(
                reader -> {
                    Found found = find(reader, path);
                    if (found == null || kind(found.mode) != Kind.FOLDER) {
                        return List.of();
                    }
                    List<Entry> entries = new ArrayList<>();
                    CanonicalTreeParser at = new CanonicalTreeParser(null, reader, found.id);
                    for (; !at.eof(); at.next(1)) {
                        if (TreePaths.allowed(at.getEntryPathString())) {
                            entries.add(
                                    new Entry(
                                            at.getEntryPathString(), kind(at.getEntryFileMode())));
                        }
                    }
                    entries.sort(Comparator.comparing(Entry::name));
                    return entries;
                });
    }

    @Override
    public Optional<Kind> at(String path) {
        return reading(reader -> Optional.ofNullable(find(reader, path)).map(f -> kind(f.mode)));
    }

    private <T> T reading(Reading<T> reading) {
        try (var repository = opening.open();
                ObjectReader reader = repository.newObjectReader()) {
            return reading.from(reader);
        } catch (MissingObjectException e) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot read commit " + commit.brief() + ": it is not in the repository",
                    "push it again",
                    e);
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + commit.brief(), e);
        }
    }

    /// Goes down the tree part by part, so that nothing but a real folder is ever entered.
    private @Nullable Found find(ObjectReader reader, String path) throws IOException {
        Found at = new Found(root(reader), FileMode.TREE);
        if (path.isEmpty()) {
            return at;
        }
        for (String part : path.split("/", -1)) {
            if (!TreePaths.allowed(part) || kind(at.mode) != Kind.FOLDER) {
                return null;
            }
            Found next = child(reader, at.id, part);
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private static @Nullable Found child(ObjectReader reader, ObjectId tree, String name)
            throws IOException {
        CanonicalTreeParser at = new CanonicalTreeParser(null, reader, tree);
        for (; !at.eof(); at.next(1)) {
            if (at.getEntryPathString().equals(name)) {
                return new Found(at.getEntryObjectId(), at.getEntryFileMode());
            }
        }
        return null;
    }

    private RevTree root(ObjectReader reader) throws IOException {
        try (RevWalk walk = new RevWalk(reader)) {
            return walk.parseCommit(Refs.id(commit)).getTree();
        }
    }

    private static Kind kind(FileMode mode) {
        return switch (mode.getBits() & FileMode.TYPE_MASK) {
            case FileMode.TYPE_FILE -> Kind.FILE;
            case FileMode.TYPE_TREE -> Kind.FOLDER;
            default -> Kind.OTHER;
        };
    }

    private static Fault tooLarge(String path, int cap) {
        return new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot read " + path + ": it is larger than " + cap / 1024 + " KiB",
                "make the file smaller");
    }
}
