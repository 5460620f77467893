package io.slipway.engine.image;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.blob.Digest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Removes what nobody can want back: images of runs beyond the newest of an app, what of the
/// registry has no name, and bytes that nothing names. What was touched within a day stays, so an
/// upload under way never loses what it found there.
///
/// The engine's own copies go earlier than the registry's: what is missing there is brought back
/// when it is wanted.
///
/// An image stays as long as a release of it is live, or is one of the newest of its app to which
/// anybody may go back. Tags that people gave stay, with all that they lead to.
public final class OldImages {
    /// Releases of an app in an environment to which anybody may want to go back.
    public static final int RELEASES = 20;

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration UNNAMED = Duration.ofDays(30);
    private static final int BATCH = 50;

    /// Images of an app, and releases to go back to, that stay in the engine as well.
    private static final int LOCALLY = 5;

    private static final int BACK = 3;

    private static final String OLD =
            """
            select i.id
            from images i
            where i.removed_at is null
              and i.wanted_at < now() - ? * interval '1 second'
              and i.id < (
                select n.id from images n
                where n.project_id = i.project_id and n.app = i.app and n.removed_at is null
                order by n.id desc offset ? limit 1)
            order by i.id
            limit ?
            """;

    /// Asked for again with the row held: a rollback that came first has its release by now.
    private static final String WANTED =
            """
            select 1 as one from images i
            where i.id = ?
              and (i.wanted_at > now() - ? * interval '1 second'
                or exists (
                    select 1 from runs r where r.id = i.run_id and r.state <> 'ended')
                or exists (
                    select 1 from releases e join placements q on q.id = e.placement_id
                    where e.image_id = i.id
                      and (q.live_release = e.id
                        or e.number > (
                            select max(n.number) from releases n where n.placement_id = q.id) - ?)))
            """;

    private static final String REMOVED =
            "update images set removed_at = clock_timestamp() where id = ? and removed_at is null";

    /// The tag that Slipway gave it, unless another image has it by now.
    private static final String UNTAG =
            """
            delete from manifest_tags t using images i
            where i.id = ? and t.repository = i.repository and t.tag = i.commit
              and t.digest = i.digest
              and not exists (
                select 1 from images o
                where o.repository = i.repository and o.digest = i.digest
                  and o.commit = i.commit and o.removed_at is null)
            """;

    private static final String UNNAMED_MANIFESTS =
            """
            select m.digest
            from manifests m
            where m.repository = ?
              and m.pushed_at < now() - ? * interval '1 second'
              and not exists (
                select 1 from manifest_tags t
                where t.repository = m.repository and t.digest = m.digest)
              and not exists (
                select 1 from images i
                where i.repository = m.repository and i.digest = m.digest
                  and i.removed_at is null)
              and (m.pushed_at < now() - ? * interval '1 second'
                or exists (
                    select 1 from images i
                    where i.repository = m.repository and i.digest = m.digest))
              and (m.subject is null or not exists (
                select 1 from manifests s
                where s.repository = m.repository and s.digest = m.subject))
              and not exists (
                select 1 from releases e join placements q on q.id = e.placement_id
                where split_part(e.image, '@', 2) = m.digest
                  and (q.live_release = e.id
                    or e.number > (
                        select max(n.number) from releases n where n.placement_id = q.id) - ?))
            """;

    private static final String REMOVE_MANIFEST =
            """
            delete from manifests m
            where m.repository = ? and m.digest = ?
              and m.pushed_at < now() - ? * interval '1 second'
              and not exists (
                select 1 from manifest_tags t
                where t.repository = m.repository and t.digest = m.digest)
            """;

    private static final String MANIFESTS =
            "select digest, media_type, bytes from manifests where repository = ? and digest > ?"
                    + " order by digest limit 100";

    private static final String OLD_LINKS =
            """
            select digest from repository_blobs
            where repository = ? and linked_at < now() - ? * interval '1 second'
            """;

    private static final String UNLINK =
            """
            delete from repository_blobs
            where repository = ? and digest = ? and linked_at < now() - ? * interval '1 second'
            """;

    private static final String UNLINKED =
            """
            select b.digest from registry_blobs b
            where b.created_at < now() - ? * interval '1 second'
              and not exists (select 1 from repository_blobs r where r.digest = b.digest)
            limit ?
            """;

    private static final String FORGET =
            """
            delete from registry_blobs b
            where b.digest = ?
              and not exists (select 1 from repository_blobs r where r.digest = b.digest)
            """;

    /// Those that a target may well start again stay where they were built.
    private static final String LOCAL =
            """
            select i.id, i.repository, i.commit, i.engine_id,
                exists (
                    select 1 from images o
                    where o.repository = i.repository and o.commit = i.commit and o.id > i.id)
                  as tag_moved
            from images i
            where i.dropped_at is null
              and i.wanted_at < now() - ? * interval '1 second'
              and i.id < (
                select n.id from images n
                where n.project_id = i.project_id and n.app = i.app and n.removed_at is null
                order by n.id desc offset ? limit 1)
              and not exists (
                select 1 from runs r where r.id = i.run_id and r.state <> 'ended')
              and not exists (
                select 1 from releases e join placements q on q.id = e.placement_id
                where (e.image_id = i.id or e.engine_id = i.engine_id)
                  and (q.live_release = e.id
                    or e.number > (
                        select max(n.number) from releases n where n.placement_id = q.id) - ?))
            order by i.id
            limit ?
            """;

    private static final String DROPPED =
            "update images set dropped_at = clock_timestamp() where id = ?";

    private static final String NEXT =
            """
            select repository from repository_blobs where repository > ?
            order by repository limit 1
            """;

    private final Database database;
    private final Registry registry;
    private final Copies copies;
    private final int kept;
    private String looked = "";

    /// @param copies where images were built
    /// @param kept how many of the newest images of an app stay in any case
    public OldImages(Database database, Registry registry, Copies copies, int kept) {
        this.database = database;
        this.registry = registry;
        this.copies = copies;
        this.kept = kept;
    }

    /// The store in which images are built, from which apps are started.
    @FunctionalInterface
    public interface Copies {
        /// Drops the name of an image there, and its bytes where nothing else has them. What a
        /// container uses stays. Repeatable.
        ///
        /// @param tag null where the name stands for another image by now
        /// @return false when it could not be dropped now
        boolean drop(String repository, @Nullable String tag, String engineId);
    }

    /// What went.
    ///
    /// @param copies in the engine
    /// @param images of runs
    /// @param manifests of the registry
    /// @param blobs whose bytes are gone
    public record Removed(int copies, int images, int manifests, int blobs) {}

    /// A little of it, now: fifty images, one repository, fifty blobs.
    public Removed removeSome() {
        int dropped = dropCopies();
        int images = 0;
        List<Long> old =
                database.read(
                        tx ->
                                tx.query(
                                        OLD,
                                        row -> row.number("id"),
                                        DAY.toSeconds(),
                                        kept - 1,
                                        BATCH));
        for (long image : old) {
            images += database.transaction(tx -> remove(tx, image)) ? 1 : 0;
        }
        int manifests = nextRepository();
        return new Removed(dropped, images, manifests, removeBlobs());
    }

    private record Copy(
            long id, String repository, String commit, String engineId, boolean tagMoved) {
        static Copy of(Row row) {
            return new Copy(
                    row.number("id"),
                    row.text("repository"),
                    row.text("commit"),
                    row.text("engine_id"),
                    row.flag("tag_moved"));
        }
    }

    private int dropCopies() {
        List<Copy> found =
                database.read(
                        tx -> tx.query(LOCAL, Copy::of, DAY.toSeconds(), LOCALLY - 1, BACK, BATCH));
        int dropped = 0;
        for (Copy copy : found) {
            String tag = copy.tagMoved() ? null : copy.commit();
            if (copies.drop(copy.repository(), tag, copy.engineId())) {
                database.change(tx -> tx.update(DROPPED, copy.id()));
                dropped++;
            }
        }
        return dropped;
    }

    private static boolean remove(Tx tx, long image) {
        tx.query("select id from images where id = ? for update", row -> true, image);
        if (tx.first(WANTED, row -> true, image, DAY.toSeconds(), RELEASES).isPresent()) {
            return false;
        }
        if (tx.update(REMOVED, image) == 0) {
            return false;
        }
        tx.update(UNTAG, image);
        return true;
    }

    /// @return manifests that went
    private int nextRepository() {
        String repository = next(looked);
        looked = repository;
        if (repository.isEmpty()) {
            return 0;
        }
        Set<String> named = new HashSet<>();
        Set<String> parts = new HashSet<>();
        read(repository, named, parts);
        int removed = 0;
        for (String digest : unnamed(repository)) {
            if (!parts.contains(digest)) {
                removed +=
                        database.transaction(
                                tx ->
                                        tx.update(
                                                REMOVE_MANIFEST,
                                                repository,
                                                digest,
                                                DAY.toSeconds()));
            }
        }
        if (removed == 0) {
            // What the manifests that went named goes in this repository's next turn.
            unlink(repository, named);
        }
        return removed;
    }

    private String next(String after) {
        return database.read(tx -> tx.first(NEXT, row -> row.text("repository"), after)).orElse("");
    }

    private List<String> unnamed(String repository) {
        return database.read(
                tx ->
                        tx.query(
                                UNNAMED_MANIFESTS,
                                row -> row.text("digest"),
                                repository,
                                DAY.toSeconds(),
                                UNNAMED.toSeconds(),
                                RELEASES));
    }

    private record Bytes(String digest, String mediaType, byte[] bytes) {
        static Bytes of(Row row) {
            return new Bytes(row.text("digest"), row.text("media_type"), row.bytes("bytes"));
        }
    }

    /// @param blobs gets the digests of all blobs that a manifest of the repository names
    /// @param manifests gets those of all manifests that an index of it names
    private void read(String repository, Set<String> blobs, Set<String> manifests) {
        String last = "";
        while (true) {
            String after = last;
            List<Bytes> page =
                    database.read(tx -> tx.query(MANIFESTS, Bytes::of, repository, after));
            if (page.isEmpty()) {
                return;
            }
            for (Bytes one : page) {
                Manifest manifest = Manifest.parse(one.mediaType(), one.bytes());
                manifest.blobs().forEach(blob -> blobs.add(blob.digest().toString()));
                manifest.manifests().forEach(part -> manifests.add(part.digest().toString()));
                last = one.digest();
            }
        }
    }

    private void unlink(String repository, Set<String> named) {
        List<String> old =
                database.read(
                        tx ->
                                tx.query(
                                        OLD_LINKS,
                                        row -> row.text("digest"),
                                        repository,
                                        DAY.toSeconds()));
        for (String digest : old) {
            if (!named.contains(digest)) {
                database.change(tx -> tx.update(UNLINK, repository, digest, DAY.toSeconds()));
            }
        }
    }

    private int removeBlobs() {
        List<String> unlinked =
                database.read(
                        tx ->
                                tx.query(
                                        UNLINKED,
                                        row -> row.text("digest"),
                                        DAY.toSeconds(),
                                        BATCH));
        int removed = 0;
        for (String digest : unlinked) {
            removed += database.transaction(tx -> forget(tx, digest)) ? 1 : 0;
        }
        return removed;
    }

    /// The bytes go while the digest is held: who stores the same bytes now waits, and finds that
    /// they are gone. A kill in between leaves a row without bytes, which the next turn takes.
    private boolean forget(Tx tx, String digest) {
        Registry.hold(tx, digest);
        if (tx.update(FORGET, digest) == 0) {
            return false;
        }
        try {
            registry.removeBytes(Digest.parse(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }
}
