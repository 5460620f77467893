package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.forge.Forge;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Headers;
import io.slipway.engine.forge.Json;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The rows A-PPE of `attacks.tsv`: pull requests of strangers against the claim's own statement.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class ForkAttackTest {
    private static final String HERE = ForkAttackTest.class.getSimpleName();

    @TempDir Path temp;
    private final Database database;
    private final Notifications notifications;

    ForkAttackTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    /// A row's check, on a project of its own.
    @FunctionalInterface
    private interface Check {
        void of(OfferedProject project) throws Exception;
    }

    private Map<String, Check> checks() {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("A-PPE-1", this::seesNothing);
        checks.put("A-PPE-2", this::whoActsCountsNothing);
        checks.put("A-PPE-3", this::reviewsStartNothing);
        checks.put("A-PPE-4", this::whatIsTriedAgainWaits);
        checks.put("A-PPE-5", this::groupsOfTheProjectAreNotTheirs);
        checks.put("A-PPE-6", this::nothingIsRevived);
        checks.put("A-PPE-7", this::skippingSatisfiesNothing);
        checks.put("A-PPE-8", this::whatTheTargetIncludesIsTheTargets);
        checks.put("A-PPE-9", this::aWordIsForOneCommit);
        checks.put("A-PPE-10", this::whatIsClaimedCountsNothing);
        checks.put("A-PPE-11", this::patternsMatchWholeNames);
        checks.put("A-PPE-13", this::codeOfAStrangersRepositoryIsTheirs);
        checks.put("A-PPE-14", this::commentsOfOthersAgreeToNothing);
        checks.put("A-PPE-15", this::anotherTargetWaitsAgain);
        return checks;
    }

    @TestFactory
    Stream<DynamicTest> rows() {
        return checks().entrySet().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.getKey(),
                                        () -> {
                                            try (OfferedProject project = project()) {
                                                one.getValue().of(project);
                                            }
                                        }));
    }

    private OfferedProject project() throws IOException {
        return new OfferedProject(database, notifications, temp);
    }

    @Test
    void everyRowThatNamesThisTestIsTried() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        ForkAttackTest.class.getResourceAsStream("/io/slipway/attacks.tsv"))) {
            List<String> here =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(line -> line.split("\t"))
                            .filter(
                                    row ->
                                            row[0].startsWith("A-PPE-")
                                                    && List.of(row[3].split(", ")).contains(HERE))
                            .map(row -> row[0])
                            .toList();
            assertThat(here).containsExactlyInAnyOrderElementsOf(checks().keySet());
        }
    }

    private static ForeignRuns.Word yes(String commit) {
        return new ForeignRuns.Word(true, "", commit, null);
    }

    private static Optional<Integer> agreed(OfferedProject project, int run) {
        return project.foreignRuns.ruleOnForge(
                "somebody", project.run(run), yes(project.run(run).source().commit().hex()));
    }

    private static int started(Outcome outcome) {
        assertThat(outcome.run()).as(outcome.reason()).isNotNull();
        return Objects.requireNonNull(outcome.run());
    }

    private void trust(OfferedProject project, String id) {
        database.change(
                tx ->
                        tx.update(
                                "insert into trusted_authors (project_id, forge_id, login)"
                                        + " values (?, ?, 'known')",
                                project.id,
                                id));
    }

    private void seesNothing(OfferedProject project) throws IOException {
        project.git
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          test:
                            image: busybox
                            secrets: [TOKEN]
                            timeout: 9h
                            resources: { cpu: 64, memory: 64Gi, pids: 4000 }
                            steps: [ env ]
                        apps: { web: { image: busybox } }
                        """)
                .commit("With an app");
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        int agreed = agreed(project, run).orElseThrow();
        assertThat(project.ended(agreed)).isEqualTo("succeeded");
        project.begun.stream()
                .filter(job -> job.runNumber() == agreed)
                .forEach(
                        job -> {
                            assertThat(job.foreign()).isTrue();
                            CheckSpec spec = (CheckSpec) job.spec();
                            assertThat(spec.timeout()).isEqualTo(Duration.ofMinutes(20));
                            assertThat(spec.resources())
                                    .isEqualTo(new Resources(1000, 2L << 30, 512));
                        });
        long rollouts =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select count(*) as n from jobs j
                                        join runs u on u.id = j.run_id
                                        where u.project_id = ? and u.source_trust = 'fork'
                                            and j.kind = 'rollout'
                                        """,
                                        row -> row.number("n"),
                                        project.id));
        assertThat(rollouts).isZero();
    }

    private void whoActsCountsNothing(OfferedProject project) throws IOException {
        trust(project, OfferedProject.MAINTAINER);
        CommitId head = project.offered(OfferedProject.FILE);
        Sender maintainer = new Sender(OfferedProject.MAINTAINER, "known");
        for (Action action :
                List.of(
                        Action.OPENED,
                        Action.SYNCHRONISED,
                        Action.REOPENED,
                        Action.RETARGETED,
                        Action.READY)) {
            started(project.told(action, head, "refs/heads/main", maintainer));
        }
        assertThat(
                        project.handling
                                .handle(
                                        project.id,
                                        java.util.UUID.randomUUID(),
                                        new ForgeEvent.Ignored("labels changed"),
                                        maintainer)
                                .run())
                .isNull();
        assertThat(project.begun()).isEmpty();
    }

    private void reviewsStartNothing(OfferedProject project) throws IOException {
        CommitId head = project.offered(OfferedProject.FILE);
        String body =
                """
                {"action":"submitted","review":{"state":"approved","body":"/slipway approve %s"},
                 "number":3,"pull_request":{"number":3,"head":{"sha":"%s"}},"repository":{"id":1}}
                """
                        .formatted(head, head);
        for (ForgeKind kind : List.of(ForgeKind.GITHUB, ForgeKind.GITEA)) {
            for (String event :
                    List.of(
                            "pull_request_review",
                            "pull_request_approved",
                            "pull_request_comment")) {
                String header = kind == ForgeKind.GITHUB ? "X-GitHub-Event" : "X-Gitea-Event";
                Forge.Reading reading =
                        Forge.of(kind)
                                .read(
                                        new Headers(List.of(Map.entry(header, event))),
                                        Json.read(
                                                new ByteArrayInputStream(
                                                        body.getBytes(StandardCharsets.UTF_8))));
                assertThat(reading.events()).singleElement().isInstanceOf(ForgeEvent.Ignored.class);
            }
        }
        assertThat(project.begun()).isEmpty();
    }

    private void whatIsTriedAgainWaits(OfferedProject project) throws IOException {
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        long id = project.run(run).id();
        for (boolean onlyFailed : List.of(true, false)) {
            database.transaction(tx -> new Runs().cancel(tx, id, "cancelled"));
            project.ended(run);
            database.change(tx -> new Runs().retry(tx, id, onlyFailed));
            assertThat(project.begun()).isEmpty();
        }
    }

    private void groupsOfTheProjectAreNotTheirs(OfferedProject project) throws IOException {
        project.git
                .write(
                        ".slipway.yml",
                        "concurrency: { group: deploy, policy: cancel-running }\n"
                                + OfferedProject.FILE)
                .commit("In a group");
        CommitId base = new CommitId(project.git.must("rev-parse", "HEAD").strip());
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        assertThat(project.column(run, "concurrency_group")).isEqualTo("refs/pull/3/head");
        int own =
                started(
                        project.handling.handle(
                                project.id,
                                java.util.UUID.randomUUID(),
                                new ForgeEvent.BranchPushed("refs/heads/main", null, base, ""),
                                Sender.UNKNOWN));
        assertThat(project.ended(own)).isEqualTo("succeeded");
        assertThat(project.begun()).isEmpty();
        assertThat(project.column(run, "state")).isEqualTo("running");
    }

    private void nothingIsRevived(OfferedProject project) throws IOException {
        CommitId head = project.offered(OfferedProject.FILE.replace("ls", "steal"));
        int run = started(project.told(Action.OPENED, head));
        project.told(Action.CLOSED, head);
        assertThat(project.ended(run)).isEqualTo("cancelled");
        assertThat(agreed(project, run)).isEmpty();
        project.comment("8", OfferedProject.MAINTAINER, "/slipway approve " + head, "write");
        assertThat(project.said("8", "/slipway approve " + head).run()).isNull();
        assertThat(project.begun()).isEmpty();
        assertThat(project.history.newest(project.id, Integer.MAX_VALUE, 10))
                .noneMatch(
                        one ->
                                one.progress().outcome() == null
                                        && one.number() != run
                                        && one.source().ref().startsWith("refs/pull/"));
    }

    private void skippingSatisfiesNothing(OfferedProject project) throws IOException {
        CommitId skips =
                project.offered(
                        "jobs: { test: { image: busybox, when: { branch: none }, steps: [ ls ] }"
                                + " }\n"
                                + "apps: {}\n");
        int run = started(project.told(Action.OPENED, skips));
        int own = agreed(project, run).orElseThrow();
        assertThat(own).isGreaterThan(run);
        assertThat(project.ended(own)).isEqualTo("failed");
        assertThat(project.column(own, "reason")).contains("own pipeline file");

        project.git.must("switch", "-q", "-C", "elsewhere", "main");
        project.git.must("rm", "-q", ".slipway.yml");
        project.git.write("more", "x").commit("Without a file");
        CommitId deleted = new CommitId(project.git.must("rev-parse", "HEAD").strip());
        project.moved(deleted, OfferedProject.STRANGER, OfferedProject.STRANGER);
        int without = started(project.told(Action.SYNCHRONISED, deleted));
        assertThat(agreed(project, without)).contains(without);
        assertThat(project.column(without, "definition")).isEqualTo(OfferedProject.FILE);
        assertThat(project.ended(without)).isEqualTo("succeeded");

        project.git.write("more", "y").commit("Nothing to see [skip ci]");
        CommitId quiet = new CommitId(project.git.must("rev-parse", "HEAD").strip());
        project.moved(quiet, OfferedProject.STRANGER, OfferedProject.STRANGER);
        int asked = started(project.told(Action.SYNCHRONISED, quiet));
        assertThat(project.begun()).doesNotContain(asked);
        assertThat(project.column(asked, "outcome")).isEqualTo("null");
    }

    private void whatTheTargetIncludesIsTheTargets(OfferedProject project) throws IOException {
        project.git
                .write(".slipway.yml", "include: [{ file: ci/steps.yml }]\n" + OfferedProject.FILE)
                .commit("Includes");
        trust(project, OfferedProject.STRANGER);
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        assertThat(project.ended(run)).isEqualTo("succeeded");
        assertThat(project.history.jobs(project.run(run).id()))
                .extracting(job -> job.name())
                .containsExactly("test");
    }

    private void aWordIsForOneCommit(OfferedProject project) throws Exception {
        CommitId first = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, first));
        CommitId second = project.offered(OfferedProject.FILE);
        int next = started(project.told(Action.SYNCHRONISED, second));
        assertThat(agreed(project, run)).isEmpty();
        assertThatThrownBy(
                        () ->
                                project.foreignRuns.ruleOnForge(
                                        "somebody", project.run(next), yes(first.hex())))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("its commit is " + second);
        project.comment("8", OfferedProject.MAINTAINER, "/slipway approve " + first, "admin");
        assertThat(project.said("8", "/slipway approve " + first).reason())
                .contains("no run of that commit");
        assertThat(project.begun()).isEmpty();

        project.moved(first, OfferedProject.STRANGER, OfferedProject.STRANGER);
        int back = started(project.told(Action.SYNCHRONISED, first));
        assertThat(project.begun()).isEmpty();
        assertThat(agreed(project, back)).contains(back);
        assertThat(project.ended(back)).isEqualTo("succeeded");

        for (int round = 0; round < 10; round++) {
            CommitId seen = project.offered(OfferedProject.FILE);
            int waits = started(project.told(Action.SYNCHRONISED, seen));
            CommitId unseen = project.offered(OfferedProject.FILE);
            Thread word =
                    Thread.ofVirtual()
                            .start(
                                    () ->
                                            project.foreignRuns.ruleOnForge(
                                                    "somebody",
                                                    project.run(waits),
                                                    yes(seen.hex())));
            int other = started(project.told(Action.SYNCHRONISED, unseen));
            word.join();
            assertThat(project.begun()).doesNotContain(other);
        }
    }

    private void whatIsClaimedCountsNothing(OfferedProject project) throws IOException {
        trust(project, OfferedProject.MAINTAINER);
        project.git.must("switch", "-q", "-C", "elsewhere", "main");
        project.git.write("words", "x").commit("Theirs");
        project.git.must(
                "commit",
                "-q",
                "--amend",
                "--author=Known <known@example.com>",
                "-m",
                "Theirs\n\nCo-authored-by: Known <known@example.com>\nSigned-off-by: Known <k@x>");
        CommitId head = new CommitId(project.git.must("rev-parse", "HEAD").strip());
        project.moved(head, OfferedProject.STRANGER, OfferedProject.STRANGER);
        int run = started(project.told(Action.OPENED, head));
        assertThat(project.column(run, "author_id")).isEqualTo(OfferedProject.STRANGER);
        assertThat(project.begun()).isEmpty();

        project.comment("8", OfferedProject.STRANGER, "/slipway approve " + head, "write");
        project.permission(OfferedProject.STRANGER, OfferedProject.MAINTAINER, "admin");
        assertThat(project.said("8", "/slipway approve " + head).reason()).contains("may not push");
        assertThat(project.begun()).isEmpty();
    }

    private void patternsMatchWholeNames(OfferedProject project) throws IOException {
        project.git
                .write(
                        ".slipway.yml",
                        "on: { pull-request: { branches: [release] } }\n" + OfferedProject.FILE)
                .commit("Only release");
        for (String branch :
                List.of(
                        "release-evil",
                        "evil-release",
                        "RELEASE",
                        "a/release",
                        "heads/release",
                        "refs/heads/release",
                        "rele\u0430se")) {
            project.git.must("branch", "-f", branch, "main");
            CommitId head = project.offered(OfferedProject.FILE);
            assertThat(
                            project.told(
                                            Action.OPENED,
                                            head,
                                            "refs/heads/" + branch,
                                            Sender.UNKNOWN)
                                    .run())
                    .as(branch)
                    .isNull();
        }
    }

    private void codeOfAStrangersRepositoryIsTheirs(OfferedProject project) throws IOException {
        trust(project, OfferedProject.MAINTAINER);
        CommitId head = project.offered(OfferedProject.FILE);
        project.says(head, OfferedProject.MAINTAINER, OfferedProject.STRANGER);
        int run = started(project.told(Action.OPENED, head));
        assertThat(project.column(run, "author_id")).isEqualTo("null");
        assertThat(project.begun()).isEmpty();

        project.says(head, OfferedProject.MAINTAINER, OfferedProject.MAINTAINER);
        project.told(Action.CLOSED, head);
        int own = started(project.told(Action.REOPENED, head));
        assertThat(project.ended(own)).isEqualTo("succeeded");
    }

    private void commentsOfOthersAgreeToNothing(OfferedProject project) throws IOException {
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        String word = "/slipway approve " + head;
        String maintainer = OfferedProject.MAINTAINER;

        project.comment("1", OfferedProject.STRANGER, word, "read");
        assertThat(project.said("1", word).reason()).contains("may not push");
        String brief = "/slipway approve " + head.hex().substring(0, 12);
        project.comment("2", maintainer, brief, "admin");
        assertThat(project.said("2", brief).reason()).contains("the whole commit");
        project.comment("3", maintainer, "I would not " + word, "admin");
        assertThat(project.said("3", word).reason()).contains("another comment");
        project.comment("4", maintainer, word, "admin");
        assertThat(
                        project.handling
                                .handle(
                                        project.id,
                                        java.util.UUID.randomUUID(),
                                        new ForgeEvent.Comment(33, "4", word),
                                        Sender.UNKNOWN)
                                .run())
                .isNull();
        assertThat(project.said("404", word).reason()).contains("another comment");

        String there = "{\"id\":%d,\"full_name\":\"team/shop\",\"clone_url\":\"%s/team/shop.git\"}";
        project.forge.at(
                "/api/v1/repos/team/shop", 200, there.formatted(666, project.forge.origin()));
        assertThat(project.said("4", word).run()).isNull();
        assertThat(project.begun()).isEmpty();
        project.forge.at(
                "/api/v1/repos/team/shop", 200, there.formatted(1, project.forge.origin()));
        assertThat(project.said("4", word)).isEqualTo(Outcome.started(run));
        assertThat(project.ended(run)).isEqualTo("succeeded");
        assertThat(project.column(run, "approved_by")).isEqualTo("user5 on 127.0.0.1");
    }

    private void anotherTargetWaitsAgain(OfferedProject project) throws IOException {
        project.git.must("branch", "other", "main");
        CommitId head = project.offered(OfferedProject.FILE);
        int run = started(project.told(Action.OPENED, head));
        assertThat(agreed(project, run)).contains(run);
        project.ended(run);
        int other =
                started(project.told(Action.RETARGETED, head, "refs/heads/other", Sender.UNKNOWN));
        assertThat(other).isGreaterThan(run);
        assertThat(project.begun()).doesNotContain(other);
    }
}
