package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.remote.Renames;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/// Repositories that get another name while they are followed.
@ExtendWith(DatabaseExtension.class)
final class RenamesTest {
    private static final String MAIN = "refs/heads/main";
    private static final String OLD = "/api/v1/repos/team/shop";
    private static final String NEW = "/api/v1/repos/team/store";

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;

    RenamesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        there = new FollowedProject(database, temp, test);
        assertThat(pushed().run()).isEqualTo(1);
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private Outcome pushed() {
        return there.following.handle(
                there.project,
                UUID.randomUUID(),
                new ForgeEvent.BranchPushed(MAIN, null, there.head(), ""),
                Sender.UNKNOWN);
    }

    private Remote remote() {
        return database.read(tx -> there.remotes.get(tx, there.project));
    }

    private List<String> audited() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select subject || ' ' || (detail ->> 'from') as s from audit
                                where project_id = ? and action = 'remote.rename' order by id
                                """,
                                row -> row.text("s"),
                                there.project));
    }

    private void moved() {
        there.server.moveTo("/team/store.git");
        there.git.write("a", UUID.randomUUID().toString()).commit("After it was renamed");
    }

    private void isFollowed() {
        assertThat(remote().repository()).isEqualTo("team/store");
        assertThat(remote().cloneUrl()).hasToString(there.server.origin() + "/team/store.git");
        assertThat(audited()).containsExactly("team/store team/shop");
        Remotes.Standing standing =
                database.read(tx -> Remotes.standings(tx, List.of(there.project)))
                        .get(there.project);
        assertThat(standing.formerly()).isEqualTo("team/shop");
        assertThat(standing.problem()).isEmpty();
    }

    /// As forges do that send on from the old name.
    @Test
    void aRepositoryThatWasRenamedIsFollowedByItself() {
        there.named("team/store", 1);
        moved();
        assertThat(pushed())
                .as("the delivery says it")
                .isEqualTo(new Outcome(2, "team/shop is named team/store by now"));
        isFollowed();
        there.forge.at(OLD, 404, "{}");
        there.told(NEW, "team/store", 1);
        there.git.write("a", "more").commit("More");
        assertThat(pushed()).as("by its new name from then on").isEqualTo(Outcome.started(3));
    }

    @Test
    void whereTheForgeForgetsOldNamesTheIdIsAskedAbout() {
        there.forge.at(OLD, 404, "{}");
        there.told("/api/v1/repositories/1", "team/store", 1);
        moved();
        assertThat(pushed().run()).isEqualTo(2);
        isFollowed();
    }

    /// Redirects of git servers are not followed.
    @Test
    void comparingFindsItAsWell() {
        there.named("team/store", 1);
        there.told(NEW, "team/store", 1);
        moved();
        try (Reconciler reconciler = there.reconciler()) {
            reconciler.look(there.project);
        }
        assertThat(there.runs("number")).containsExactly("1", "2");
        isFollowed();
    }

    @Test
    void nothingIsFollowedWhereTheIdIsAnother() {
        there.named("team/store", 2);
        moved();
        assertThatThrownBy(this::pushed).hasMessageContaining("another repository by that name");
        there.forge.at(OLD, 404, "{}");
        there.forge.at("/api/v1/repositories/1", 404, "{}");
        assertThatThrownBy(this::pushed)
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.NOT_FOUND));
        there.told("/api/v1/repositories/1", "team/store", 2);
        assertThatThrownBy(this::pushed).hasMessageContaining("another repository by that name");
        assertThat(remote().repository()).isEqualTo("team/shop");
        assertThat(audited()).isEmpty();
        assertThat(there.runs("number")).containsExactly("1");
    }

    /// Two servers see it at once; one that is late undoes nothing that was done meanwhile.
    @Test
    void itIsRenamedOnceWhoeverSeesIt() {
        Renames renames = new Renames(database, new RemoteForges(there.egress));
        Remote before = remote();
        there.named("team/store", 1);
        assertThat(renames.followed(before).repository()).isEqualTo("team/store");
        assertThat(renames.followed(before).repository()).isEqualTo("team/store");
        isFollowed();
        there.named("team/other", 1);
        renames.followed(before);
        assertThat(remote().repository())
                .as("the row is not at its old name")
                .isEqualTo("team/store");
        assertThat(audited()).hasSize(1);
    }

    /// A forge's answer must not lead a token elsewhere.
    @Test
    void anAddressOfAnotherHostIsNoAddress() {
        there.forge.at(
                OLD,
                200,
                "{\"id\":1,\"full_name\":\"team/store\",\"clone_url\":\"https://evil.example/x.git\"}");
        moved();
        assertThatThrownBy(this::pushed).hasMessageContaining("makes no sense");
        assertThat(remote().repository()).isEqualTo("team/shop");
    }
}
