package io.slipway.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

@ExtendWith(DatabaseExtension.class)
final class OldImagesTest {
    private static final String REPOSITORY = "shop/web";

    private static final String IMAGE =
            """
            insert into images (project_id, app, repository, digest, engine_id, platform, size,
                                commit, wanted_at)
            values (?, 'web', ?, ?, ?, 'linux/amd64', 1, ?, now() - interval '2 days')
            returning id
            """;

    @TempDir Path temp;
    private final Database database;
    private final List<String> dropped = new ArrayList<>();
    private BlobStore blobs;
    private Registry registry;
    private long project;
    private int commits;

    OldImagesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void empty() {
        blobs = new FolderBlobStore(temp.resolve("blobs"));
        registry = new Registry(database, blobs, new Registry.Limits(1 << 20, () -> false));
        project =
                database.transaction(
                        tx -> {
                            tx.update("update placements set live_release = null");
                            tx.update("delete from releases");
                            tx.update("delete from images");
                            tx.update("delete from projects");
                            tx.update("delete from manifest_tags");
                            tx.update("delete from manifests");
                            tx.update("delete from repository_blobs");
                            tx.update("delete from registry_blobs");
                            return Projects.create(tx, ProjectName.parse("shop"), null)
                                    .project()
                                    .id();
                        });
    }

    private record Pushed(long id, String digest, String layer, String commit) {}

    private String blob(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return registry.store(REPOSITORY, new ByteArrayInputStream(bytes), bytes.length)
                .digest()
                .toString();
    }

    private String manifest(String tag, String layer) throws IOException {
        String config = blob("{}");
        String text =
                """
                {"schemaVersion": 2, "mediaType": "%s",
                 "config": {"mediaType": "c", "digest": "%s", "size": 2},
                 "layers": [{"mediaType": "l", "digest": "%s", "size": %d}]}
                """
                        .formatted(
                                Manifest.OCI_MANIFEST,
                                config,
                                blob(layer),
                                layer.getBytes(StandardCharsets.UTF_8).length);
        return registry.manifests()
                .put(REPOSITORY, tag, Manifest.OCI_MANIFEST, text.getBytes(StandardCharsets.UTF_8))
                .digest();
    }

    /// An image that a run built two days ago.
    private Pushed built(String layer) throws IOException {
        String commit = "%040x".formatted(++commits);
        String digest = manifest(commit, layer);
        long id =
                database.transaction(
                        tx ->
                                tx.one(
                                        IMAGE,
                                        row -> row.number("id"),
                                        project,
                                        REPOSITORY,
                                        digest,
                                        "engine-" + commits,
                                        commit));
        byte[] bytes = layer.getBytes(StandardCharsets.UTF_8);
        return new Pushed(id, digest, Digest.of(bytes).toString(), commit);
    }

    private void longAgo() {
        database.change(
                tx -> {
                    tx.update("update manifests set pushed_at = now() - interval '40 days'");
                    tx.update("update repository_blobs set linked_at = now() - interval '2 days'");
                    tx.update("update registry_blobs set created_at = now() - interval '2 days'");
                });
    }

    /// As many turns as everything needs.
    private void remove(int kept) {
        OldImages images =
                new OldImages(
                        database,
                        registry,
                        (repository, tag, id) -> dropped.add(tag == null ? id : tag),
                        kept);
        for (int i = 0; i < 6; i++) {
            images.removeSome();
        }
    }

    private boolean isThere(Pushed image) throws IOException {
        boolean manifest = registry.manifests().find(REPOSITORY, image.digest()).isPresent();
        boolean bytes = blobs.size(Digest.parse(image.layer())).isPresent();
        assertThat(bytes).as("its bytes").isEqualTo(manifest);
        return manifest;
    }

    private void released(Pushed image, int number, boolean live) {
        database.change(
                tx -> {
                    tx.update(
                            """
                            with runner as (
                                insert into runners (name, kind, slots)
                                values (gen_random_uuid()::text, 'docker', 1) returning id),
                            target as (
                                insert into targets (name, runner_id)
                                select gen_random_uuid()::text, id from runner returning id)
                            insert into placements (project_id, environment, app, target_id)
                            select ?, 'production', 'web', id from target
                            on conflict do nothing
                            """,
                            project);
                    tx.update(
                            """
                            insert into releases (placement_id, number, image_id, image, engine_id,
                                spec, config_version, cause)
                            select id, ?, ?, ?, 'x', '{}', 0, 'push' from placements
                            where project_id = ?
                            """,
                            number,
                            image.id(),
                            REPOSITORY + "@" + image.digest(),
                            project);
                    if (live) {
                        tx.update(
                                """
                                update placements set live_release =
                                    (select id from releases where number = ? and image_id = ?)
                                where project_id = ?
                                """,
                                number,
                                image.id(),
                                project);
                    }
                });
    }

    @Test
    void theNewestStayAndOlderOnesGoWithTheirBytes() throws IOException {
        Pushed one = built("one");
        Pushed two = built("two");
        Pushed three = built("three");
        longAgo();

        remove(2);

        assertThat(isThere(one)).isFalse();
        assertThat(isThere(two)).isTrue();
        assertThat(isThere(three)).isTrue();
        assertThat(registry.manifests().tags(REPOSITORY, "", 10))
                .containsExactly(two.commit(), three.commit());
    }

    @Test
    void whatIsLiveOrMayBeRolledBackToStays() throws IOException {
        Pushed live = built("live");
        Pushed old = built("old");
        Pushed back = built("back");
        built("newest");
        released(live, 1, true);
        released(old, 2, false);
        released(back, 40, false);
        longAgo();

        remove(1);

        assertThat(isThere(live)).isTrue();
        assertThat(isThere(old)).as("more than twenty releases ago").isFalse();
        assertThat(isThere(back)).isTrue();
    }

    @Test
    void whatWasAskedForADayAgoStays() throws IOException {
        Pushed wanted = built("wanted");
        Pushed gone = built("gone");
        built("newest");
        longAgo();
        assertThat(wanted(wanted.id())).isTrue();

        remove(1);

        assertThat(isThere(wanted)).isTrue();
        assertThat(isThere(gone)).isFalse();
        assertThat(wanted(gone.id())).isFalse();
    }

    @Test
    void tagsOfPeopleStayAndLayersThatTheyShare() throws IOException {
        Pushed old = built("shared");
        built("newest");
        manifest("v1", "shared");
        database.change(tx -> tx.update("delete from manifest_tags where tag = 'v1'"));
        String mine = manifest("v1", "shared");
        assertThat(mine).as("the same bytes").isEqualTo(old.digest());
        longAgo();

        remove(1);

        assertThat(isThere(old)).isTrue();
        assertThat(registry.manifests().tags(REPOSITORY, "", 10)).contains("v1");
        assertThat(registry.manifests().tags(REPOSITORY, "", 10)).doesNotContain(old.commit());
    }

    @Test
    void whatAnUploadFoundADayAgoIsNotTakenFromIt() throws IOException {
        Pushed old = built("found");
        built("newest");
        longAgo();
        OldImages images = new OldImages(database, registry, (repository, tag, id) -> true, 1);
        images.removeSome();
        assertThat(registry.manifests().find(REPOSITORY, old.digest())).isEmpty();

        assertThat(registry.size(REPOSITORY, Digest.parse(old.layer()))).isPresent();
        remove(1);
        String again = manifest("again", "found");

        assertThat(again).isEqualTo(old.digest());
        assertThat(isThere(old)).isTrue();
    }

    @Test
    void anUnnamedManifestHasThirtyDays() throws IOException {
        Pushed image = built("base");
        String first = manifest("tools", "first");
        manifest("tools", "second");
        longAgo();
        database.change(
                tx ->
                        tx.update(
                                "update manifests set pushed_at = now() - interval '29 days'"
                                        + " where digest = ?",
                                first));
        remove(9);
        assertThat(registry.manifests().find(REPOSITORY, first)).isPresent();

        longAgo();
        remove(9);

        assertThat(registry.manifests().find(REPOSITORY, first)).isEmpty();
        assertThat(registry.manifests().find(REPOSITORY, "tools")).isPresent();
        assertThat(isThere(image)).isTrue();
    }

    @Test
    void bytesThatWereLostArePushedAgain() throws IOException {
        String digest = blob("lost");
        blobs.remove(Digest.parse(digest));

        assertThat(registry.size(REPOSITORY, Digest.parse(digest))).isEmpty();
        assertThat(blob("lost")).isEqualTo(digest);
        assertThat(registry.size(REPOSITORY, Digest.parse(digest))).hasValue(4L);
    }

    @Test
    void theEngineDropsWhatIsOldAndNotAboutToBeStarted() throws IOException {
        List<Pushed> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            all.add(built("layer " + i));
        }
        released(all.get(0), 1, true);
        released(all.get(1), 2, false);

        remove(9);

        assertThat(dropped).containsExactly(all.get(2).commit(), all.get(3).commit());
        assertThat(wanted(all.get(2).id())).isTrue();
    }

    private boolean wanted(long id) {
        return database.transaction(tx -> Images.want(tx, id));
    }

    @Test
    void whatCannotBeDroppedNowIsTriedAgain() throws IOException {
        for (int i = 0; i < 6; i++) {
            built("layer " + i);
        }
        List<@Nullable String> asked = new ArrayList<>();
        OldImages images =
                new OldImages(
                        database,
                        registry,
                        (repository, tag, id) -> {
                            asked.add(tag);
                            return asked.size() > 1;
                        },
                        9);
        images.removeSome();
        images.removeSome();
        images.removeSome();
        assertThat(asked).hasSize(2);
    }

    @Test
    void aManifestWhoseLayersAreGoneIsRefused() throws IOException {
        Pushed old = built("layer");
        built("newest");
        longAgo();
        remove(1);
        assertThat(isThere(old)).isFalse();
        assertThatThrownBy(
                        () ->
                                registry.manifests()
                                        .put(
                                                REPOSITORY,
                                                "x",
                                                Manifest.OCI_MANIFEST,
                                                """
                                                {"schemaVersion": 2, "mediaType": "%s",
                                                 "config": {"mediaType": "c", "digest": "%s", "size": 5},
                                                 "layers": []}
                                                """
                                                        .formatted(
                                                                Manifest.OCI_MANIFEST, old.layer())
                                                        .getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RegistryRefusal.class);
    }
}
