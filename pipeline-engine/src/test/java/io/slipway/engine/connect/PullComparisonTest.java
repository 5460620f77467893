package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.source.CommitId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Pull requests of which nobody told are found by comparing the forge's list with what was
/// handled.
@ExtendWith(DatabaseExtension.class)
final class PullComparisonTest {
    private static final String LIST = "GET /api/v1/repos/team/shop/pulls";

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;

    PullComparisonTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        there = new FollowedProject(database, temp, test);
        look();
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private void look() {
        try (Reconciler reconciler = there.reconciler()) {
            reconciler.look(there.project);
        }
    }

    /// Somebody's fork offers another text.
    private CommitId offered(String text) {
        there.git.must("switch", "-q", "-C", "elsewhere", "main");
        there.git.write("words", text).commit("Theirs");
        CommitId head = there.head();
        there.git.must("update-ref", "refs/pull/3/head", head.hex());
        there.git.must("switch", "-q", "main");
        there.git.must("branch", "-q", "-D", "elsewhere");
        return head;
    }

    private static String listed(CommitId head, String base, boolean draft) {
        return """
        [{"number":3,"title":"Theirs","draft":%s,"user":{"id":99,"login":"eve"},
          "head":{"ref":"change","sha":"%s","repo":{"id":77}},
          "base":{"ref":"%s","sha":"%s","repo":{"id":1}}}]
        """
                .formatted(draft, head, base, head);
    }

    private void lists(String body, String mark) {
        there.forge.at(LIST, 200, mark.isEmpty() ? Map.of() : Map.of("ETag", mark), body);
    }

    private List<String> runs() {
        return there.runs("ref").stream().filter(ref -> ref.startsWith("refs/pull/")).toList();
    }

    private List<String> outcomes() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select coalesce(outcome, state) as s from runs
                                where project_id = ? and ref = 'refs/pull/3/head' order by number
                                """,
                                row -> row.text("s"),
                                there.project));
    }

    @Test
    void whatWasOpenedChangedAndClosedWhileNobodyToldIsFound() {
        CommitId first = offered("one");
        lists(listed(first, "main", false), "");
        look();
        look();
        assertThat(runs()).as("opened, and once").hasSize(1);
        CommitId second = offered("two");
        lists(listed(second, "main", false), "");
        look();
        look();
        assertThat(runs()).as("new commits").hasSize(2);
        lists("[]", "");
        look();
        assertThat(outcomes()).as("closed").containsExactly("finishing", "finishing");
        lists(listed(second, "main", false), "");
        look();
        look();
        assertThat(runs()).as("reopened").hasSize(3);
    }

    @Test
    void aDraftStartsWhenItIsReadyAndARetargetedOneAgain() {
        CommitId head = offered("one");
        lists(listed(head, "main", true), "");
        look();
        assertThat(runs()).isEmpty();
        lists(listed(head, "main", false), "");
        look();
        assertThat(runs()).hasSize(1);
        there.git.must("branch", "release");
        lists(listed(head, "release", false), "");
        look();
        look();
        assertThat(runs()).hasSize(2);
    }

    @Test
    void whatAHookToldOfIsNotStartedAgain() {
        CommitId head = offered("one");
        for (Action action : List.of(Action.OPENED, Action.REOPENED)) {
            there.requests.handle(
                    there.project,
                    UUID.randomUUID(),
                    new ForgeEvent.PullRequest(
                            3,
                            action,
                            "refs/heads/change",
                            head,
                            "77",
                            "refs/heads/main",
                            "1",
                            "99",
                            "eve",
                            false,
                            "Theirs"),
                    Sender.UNKNOWN);
        }
        lists(listed(head, "main", false), "");
        look();
        assertThat(runs()).hasSize(1);
    }

    @Test
    void aListThatIsAsItWasIsNotSentAgain() {
        CommitId head = offered("one");
        lists(listed(head, "main", false), "\"one\"");
        look();
        look();
        int before = there.forge.asked().size();
        look();
        assertThat(there.forge.asked().subList(before, there.forge.asked().size()))
                .singleElement()
                .asString()
                .contains("\nif-none-match: \"one\"");
        assertThat(runs()).hasSize(1);
        lists("[]", "\"two\"");
        look();
        assertThat(outcomes()).containsExactly("finishing");
    }

    @Test
    void whatIsToldWronglyIsPutRightByTheNextLook() {
        CommitId head = offered("one");
        lists(listed(head, "main", false), "\"one\"");
        look();
        look();
        there.requests.handle(
                there.project,
                UUID.randomUUID(),
                new ForgeEvent.PullRequest(
                        3,
                        Action.CLOSED,
                        "refs/heads/change",
                        head,
                        "77",
                        "refs/heads/main",
                        "1",
                        "99",
                        "eve",
                        false,
                        ""),
                Sender.UNKNOWN);
        look();
        assertThat(runs()).hasSize(2);
    }

    @Test
    void anUnreadableListClosesNothing() {
        CommitId head = offered("one");
        lists(listed(head, "main", false), "");
        look();
        for (String list :
                List.of(
                        "{}",
                        "[{\"number\":4}]",
                        "[1,null,\"x\"]",
                        listed(head, "main", false).replace("\"change\"", "\"a..b\""))) {
            lists(list, "");
            look();
            assertThat(outcomes()).as(list).containsExactly("running");
        }
        lists("nonsense", "");
        assertThatThrownBy(this::look).hasMessageContaining("it is no JSON");
        assertThat(outcomes()).containsExactly("running");
    }

    @Test
    void aForgeThatWantsToBeAskedLaterIsAskedLater() {
        there.forge.at(LIST, 429, Map.of("Retry-After", "3600"), "");
        assertThatThrownBy(this::look).hasMessageContaining("status 429");
        long before = listed();
        there.git.write("a", "1").commit("Second");
        look();
        assertThat(listed()).as("not before its hour is over").isEqualTo(before);
        assertThat(there.runs("ref")).as("git is asked all the same").hasSize(2);
    }

    private long listed() {
        return there.forge.asked().stream().filter(one -> one.startsWith(LIST)).count();
    }
}
