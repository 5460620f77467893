package io.slipway.engine.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.event.Changes;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@ExtendWith(DatabaseExtension.class)
final class ChangedFilesTest {
    private static final String MAIN = "refs/heads/main";
    private static final Problem WRONG = new Problem("f", 1, 1, "", "wrong", "");

    @TempDir Path temp;
    private final Database database;
    private Repositories repositories;
    private ChangedFiles changed;
    private long project;
    private Git git;

    ChangedFilesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void source(TestInfo test) throws IOException {
        repositories = new Repositories(temp.resolve("repositories"));
        changed = new ChangedFiles(database, repositories);
        String name = "p" + Math.abs(test.getDisplayName().hashCode());
        project =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse(name), null).project().id());
        repositories.create(project);
        git = Git.init(Files.createDirectory(temp.resolve("source")));
    }

    private CommitId commit(String... files) {
        for (String file : files) {
            git.write(file, file + System.nanoTime());
        }
        CommitId commit = git.commit("next");
        String to = temp.resolve("repositories/" + project + ".git").toString();
        git.must("push", "-q", "-f", to, "HEAD:refs/slipway/runs/" + Math.abs(System.nanoTime()));
        return commit;
    }

    private void branch(String name, CommitId commit) {
        String to = temp.resolve("repositories/" + project + ".git").toString();
        git.must("push", "-q", "-f", to, commit.hex() + ":refs/heads/" + name);
    }

    private void run(String ref, CommitId commit, boolean succeeds) {
        run("push", ref, commit, succeeds);
    }

    private void run(String trigger, String ref, CommitId commit, boolean succeeds) {
        Plan plan =
                new Plan(
                        List.of(),
                        succeeds ? List.of() : List.of(WRONG),
                        List.of(),
                        false,
                        "",
                        null);
        NewRun run =
                new NewRun(
                        project,
                        new NewRun.Start(trigger, "", null, null),
                        new NewRun.Source(ref, commit, "s", "a"),
                        null,
                        plan);
        database.transaction(tx -> new Runs().create(tx, run));
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set state = 'ended', outcome = ?, ended_at = now()
                                where project_id = ? and commit = ? and outcome is null
                                """,
                                succeeds ? "succeeded" : "failed",
                                project,
                                commit.hex()));
    }

    private Changes push(String ref, CommitId commit) {
        return changed.ofPush(project, ref, commit, "main");
    }

    @Test
    void atTheFirstPushEverythingHasChanged() {
        CommitId first = commit("a");

        assertThat(push(MAIN, first)).isEqualTo(Changes.all("nothing of main has succeeded yet"));
    }

    @Test
    void aBranchIsComparedWithItsLatestRunThatSucceeded() {
        CommitId first = commit("a", "b");
        run(MAIN, first, true);
        CommitId second = commit("b", "c/d");

        assertThat(push(MAIN, second)).isEqualTo(Changes.some(List.of("b", "c/d"), first.brief()));
    }

    @Test
    void whatAFailedRunTouchedHasChangedAlsoWhenItIsTakenBack() {
        CommitId first = commit("a", "b");
        run(MAIN, first, true);
        CommitId failed = commit("b");
        run(MAIN, failed, false);
        git.must("revert", "--no-edit", failed.hex());
        CommitId back = commit("c");

        assertThat(push(MAIN, back)).isEqualTo(Changes.some(List.of("b", "c"), first.brief()));
    }

    @Test
    void aRollBackIsNoRunOfTheBranch() {
        CommitId first = commit("a");
        run(MAIN, first, true);
        CommitId second = commit("b");
        run(MAIN, second, true);
        run("manual", MAIN, first, true);
        CommitId third = commit("c");

        assertThat(push(MAIN, third)).isEqualTo(Changes.some(List.of("c"), second.brief()));
    }

    @Test
    void aForcePushComparesTrees() {
        CommitId first = commit("a");
        CommitId second = commit("b");
        run(MAIN, second, true);
        git.must("reset", "-q", "--hard", first.hex());
        CommitId other = commit("c");

        assertThat(push(MAIN, other)).isEqualTo(Changes.some(List.of("b", "c"), second.brief()));
    }

    @Test
    void aNewBranchIsComparedWithWhereItLeftTheDefaultBranch() {
        CommitId first = commit("a");
        branch("main", first);
        run(MAIN, first, true);
        git.must("switch", "-q", "-c", "feature");
        CommitId feature = commit("f");
        git.must("switch", "-q", "main");
        branch("main", commit("m"));

        assertThat(push("refs/heads/feature", feature))
                .isEqualTo(Changes.some(List.of("f"), first.brief()));
        assertThat(changed.ofPullRequest(project, "main", feature))
                .isEqualTo(Changes.some(List.of("f"), first.brief()));
    }

    @Test
    void aBranchWithoutACommonCommitHasChangedAsAWhole() {
        branch("main", commit("a"));
        git.must("switch", "-q", "--orphan", "alone");
        CommitId alone = commit("b");

        assertThat(push("refs/heads/alone", alone))
                .isEqualTo(Changes.unknown("it has no commit in common with main"));
        assertThat(changed.ofPullRequest(project, "gone", alone))
                .isEqualTo(Changes.unknown("it has no commit in common with gone"));
    }

    @Test
    void aFileThatMovedHasBothNames() {
        CommitId first = commit("old/name");
        run(MAIN, first, true);
        git.must("mv", "old", "new");
        CommitId second = commit();

        assertThat(push(MAIN, second))
                .isEqualTo(Changes.some(List.of("new/name", "old/name"), first.brief()));
    }

    @Test
    void afterManyRunsWithoutSuccessEverythingHasChanged() {
        run(MAIN, commit("a"), true);
        for (int i = 0; i < 21; i++) {
            run(MAIN, commit("a"), false);
        }

        assertThat(push(MAIN, commit("b")).whyAll())
                .contains("of the latest 20 runs none succeeded");
    }
}
