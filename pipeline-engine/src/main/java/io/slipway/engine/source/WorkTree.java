package io.slipway.engine.source;

import org.eclipse.jgit.internal.storage.pack.PackWriter;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A commit as a real git work tree: its files, and a `.git` that holds this one commit, the tags
/// that point to it, and an index under which `git status` is clean. It is written from the object
/// store; nothing in it leads back to Slipway but a remote without credentials.
public final class WorkTree {
    private final Opening opening;
    private final Path scratch;
    private final String ref;
    private final CommitId commit;
    private final @Nullable String remoteUrl;

    WorkTree(
            Opening opening,
            Path scratch,
            String ref,
            CommitId commit,
            @Nullable String remoteUrl) {
        this.opening = opening;
        this.scratch = scratch;
        this.ref = ref;
        this.commit = commit;
        this.remoteUrl = remoteUrl;
    }

    /// A tag of the commit.
    ///
    /// @param object what the ref points to: the commit, or the tag's own object
    private record Tag(String name, RevObject object) {}

    /// Writes the work tree as a tar whose paths are relative to the workspace.
    ///
    /// @param owner numeric user and group that every file belongs to
    /// @throws io.slipway.fault.Fault CONFIGURATION when a path in the commit is malicious or there
    ///   is too much
    public void writeTar(OutputStream out, int owner) throws IOException {
        try (Repository repository = opening.open();
                ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit found = walk.parseCommit(Refs.id(commit));
            // The index must be younger than every file, or git reads the files again.
            long seconds = Math.clamp(found.getCommitTime() - 1L, 1, Integer.MAX_VALUE - 1);
            TreeFiles files = TreeFiles.of(reader, found.getTree());
            List<Tag> tags = tags(repository, walk, found);
            BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
            try (TarStream tar = new TarStream(buffered, owner)) {
                settings(tar, found, tags, seconds);
                tar.file(".git/index", GitIndex.of(files.files(), seconds), seconds + 1);
                pack(tar, objects(walk, found, files, tags), reader, seconds);
                new TreeTar(tar, reader, seconds).write(files, path -> true);
            }
        }
    }

    private void settings(TarStream tar, RevCommit found, List<Tag> tags, long seconds)
            throws IOException {
        boolean branch = ref.startsWith(Refs.HEADS);
        for (String folder :
                List.of(
                        "",
                        "/objects",
                        "/objects/pack",
                        "/objects/info",
                        "/refs",
                        "/refs/heads",
                        "/refs/tags")) {
            tar.folder(".git" + folder, seconds);
        }
        text(tar, "HEAD", branch ? "ref: " + ref : commit.hex(), seconds);
        text(tar, "config", config(), seconds);
        if (found.getParentCount() > 0) {
            text(tar, "shallow", commit.hex(), seconds);
        }
        StringBuilder packed = new StringBuilder("# pack-refs with: peeled fully-peeled sorted");
        if (branch) {
            packed.append('\n').append(commit.hex()).append(' ').append(ref);
        }
        for (Tag tag : tags) {
            packed.append('\n').append(tag.object.name()).append(' ').append(tag.name);
            if (tag.object instanceof RevTag) {
                packed.append("\n^").append(commit.hex());
            }
        }
        text(tar, "packed-refs", packed.toString(), seconds);
    }

    private String config() {
        String config =
                """
                [core]
                \trepositoryformatversion = 0
                \tfilemode = true
                \tbare = false
                \tlogallrefupdates = true
                \ttrustctime = false
                \tcheckStat = minimal\
                """;
        return remoteUrl == null
                ? config
                : config
                        + "\n[remote \"origin\"]\n\turl = "
                        + remoteUrl
                        + "\n\tfetch = +refs/heads/*:refs/remotes/origin/*";
    }

    private static void text(TarStream tar, String name, String text, long seconds)
            throws IOException {
        tar.file(".git/" + name, (text + "\n").getBytes(StandardCharsets.UTF_8), seconds);
    }

    /// Sorted by name, as the file of packed refs wants it.
    private static List<Tag> tags(Repository repository, RevWalk walk, RevCommit found)
            throws IOException {
        List<Tag> tags = new ArrayList<>();
        for (Ref tag : repository.getRefDatabase().getRefsByPrefix(Refs.TAGS)) {
            RevObject object = walk.parseAny(tag.getObjectId());
            if (walk.peel(object).equals(found) && direct(object, found)) {
                tags.add(new Tag(tag.getName(), object));
            }
        }
        tags.sort(java.util.Comparator.comparing(Tag::name));
        return tags;
    }

    /// A tag of a tag is left out: its way to the commit leads over more objects.
    private static boolean direct(RevObject object, RevCommit found) {
        return object.equals(found)
                || object instanceof RevTag tag && tag.getObject().equals(found);
    }

    private static List<RevObject> objects(
            RevWalk walk, RevCommit found, TreeFiles files, List<Tag> tags) {
        List<RevObject> objects = new ArrayList<>();
        objects.add(found);
        tags.stream().map(Tag::object).filter(RevTag.class::isInstance).forEach(objects::add);
        files.folders().forEach(id -> objects.add(walk.lookupTree(id)));
        files.files().stream()
                .filter(file -> !file.submodule())
                .forEach(file -> objects.add(walk.lookupBlob(file.id())));
        return objects.stream().distinct().toList();
    }

    /// A tar wants the size before the bytes, so the pack is made in a file first.
    private void pack(TarStream tar, List<RevObject> objects, ObjectReader reader, long seconds)
            throws IOException {
        Path file = Files.createTempFile(scratch, "pack-", ".tmp");
        PackConfig config = new PackConfig();
        config.setDeltaCompress(false);
        config.setThreads(1);
        config.setCompressionLevel(1);
        try (PackWriter writer = new PackWriter(config, reader)) {
            writer.setReuseDeltaCommits(true);
            writer.preparePack(objects.iterator());
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                writer.writePack(NullProgressMonitor.INSTANCE, NullProgressMonitor.INSTANCE, out);
            }
            String name = ".git/objects/pack/pack-" + writer.computeName().name();
            try (OutputStream out = tar.file(name + ".pack", false, Files.size(file), seconds)) {
                Files.copy(file, out);
            }
            ByteArrayOutputStream index = new ByteArrayOutputStream();
            writer.writeIndex(index);
            tar.file(name + ".idx", index.toByteArray(), seconds);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
