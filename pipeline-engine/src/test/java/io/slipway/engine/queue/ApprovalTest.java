package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.approval.Approval;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.approval.Approvals.Word;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Rollouts that wait for somebody to agree, on a real database.
@Timeout(60)
@ExtendWith(DatabaseExtension.class)
final class ApprovalTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final Word YES = new Word(null, true, "");

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final Approvals approvals;
    private final ScriptedWork work = new ScriptedWork();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private @Nullable Dispatcher dispatcher;
    private Project project;
    private long image;

    ApprovalTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
        this.approvals = new Approvals(database);
    }

    @BeforeEach
    void start() {
        Plans.runner(database, 8);
        long id = Plans.project(database, "a" + PROJECTS.incrementAndGet());
        project = database.read(tx -> Projects.find(tx, id)).orElseThrow();
        dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work, JobKind.ROLLOUT, work),
                        new RunEnd() {
                            @Override
                            public void ended(Run run) {
                                ends.add("ended " + run.progress().outcome());
                            }

                            @Override
                            public void waitsForSomebody(Run run, @Nullable String failure) {
                                ends.add(failure == null ? "waits" : "waits, " + failure);
                            }
                        });
    }

    @AfterEach
    void close() {
        dispatcher.close();
    }

    private Caller caller(String name, Principal.Kind kind, Right... rights) {
        Principal principal = database.transaction(tx -> Principals.ensure(tx, name, kind));
        return new Caller(
                principal, 1, Set.of(rights), null, null, Roles.everywhere(Role.MAINTAINER));
    }

    private Caller anna() {
        return caller("anna", Principal.Kind.PERSON, Right.READ, Right.ROLL_OUT);
    }

    private static PlannedJob rollout(Duration expires, String... by) {
        return rollout("db to production", "production", expires, by);
    }

    private static PlannedJob rollout(
            String name, String environment, Duration expires, String... by) {
        AppSpec app = ((RolloutSpec) Plans.rollout("db").spec()).app();
        RolloutSpec.Terms terms =
                new RolloutSpec.Terms(new Environment.Approval(List.of(by), expires), null, null);
        return new PlannedJob(
                name, new RolloutSpec(app, environment, null, null, false, terms), List.of("test"));
    }

    private Runs.Created run(PlannedJob... jobs) {
        return Plans.run(database, project.id(), jobs);
    }

    private Run seen(Runs.Created run) {
        return history.byId(run.id()).orElseThrow();
    }

    private Run.Job job(Runs.Created run, String name) {
        return history.jobs(run.id()).stream().filter(j -> j.name().equals(name)).findFirst().get();
    }

    private void asks(Runs.Created run, String name) {
        await().untilAsserted(() -> assertThat(job(run, name).waits()).isEqualTo("approval"));
        await().until(() -> database.read(Asking::unpinned).isEmpty());
    }

    private Run ended(Runs.Created run) {
        await().until(() -> seen(run).progress().state() == RunState.ENDED);
        return seen(run);
    }

    @Test
    void itWaitsOverARestartUntilSomebodyAgrees() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(24), "maintainers"));
        asks(run, "db to production");
        await().until(() -> ends.contains("waits"));
        close();
        start();

        Run.Job waits = job(run, "db to production");
        assertThat(waits.state()).isEqualTo(JobState.WAITING);
        assertThat(waits.waitsDetail()).isEqualTo("maintainers");
        assertThat(work.performed).containsExactly("test/1");
        project = database.read(tx -> Projects.find(tx, seen(run).projectId())).orElseThrow();
        assertThat(approvals.rule(anna(), project, seen(run), new Word(null, true, "looks good")))
                .isEqualTo("production");

        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("test/1", "db to production/1");
        Approval told = approvals.of(run.id()).getFirst();
        assertThat(told.verdict()).isEqualTo(Approval.Verdict.APPROVED);
        assertThat(told.who()).isEqualTo("anna");
        assertThat(told.why()).isEqualTo("looks good");
        assertThat(told.image()).isEqualTo("busybox:latest");
        assertThat(told.commit()).isEqualTo(Plans.COMMIT.hex());
        assertThat(Duration.between(told.askedAt(), told.expiresAt()))
                .isEqualTo(Duration.ofHours(24));
        // A server that stops may leave what it did to be done again by the next.
        assertThat(ends.stream().distinct()).containsExactly("waits", "ended SUCCEEDED");
        Audit.Listed audit =
                database.read(
                                tx ->
                                        Audit.page(
                                                tx,
                                                Audit.Filter.of(project.id()),
                                                Long.MAX_VALUE,
                                                1))
                        .getFirst();
        assertThat(audit.who() + " " + audit.action() + " " + audit.subject())
                .isEqualTo("anna approve run 1");
        assertThat(audit.detail()).contains("looks good", "busybox:latest", "production");
    }

    @Test
    void whoSaysNoEndsIt() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(24)));
        asks(run, "db to production");

        approvals.rule(anna(), project, seen(run), new Word("production", false, "not today"));

        Run end = ended(run);
        assertThat(end.progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(end.progress().reason())
                .isEqualTo("db to production was cancelled: rejected by anna: not today");
        assertThat(job(run, "db to production").reason()).isEqualTo(Reason.APPROVAL);
        assertThat(work.performed).containsExactly("test/1");
    }

    @Test
    void nobodySaysAnythingInTime() {
        Runs.Created run = run(check("test"), rollout(Duration.ofMillis(1500)));

        Run end = ended(run);

        assertThat(end.progress().reason())
                .isEqualTo("db to production was cancelled: nobody approved it within 1 s");
        assertThat(approvals.of(run.id()).getFirst().verdict()).isEqualTo(Approval.Verdict.EXPIRED);
        assertThatThrownBy(() -> approvals.rule(anna(), project, end, YES))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot approve run 1: nothing of it waits for that");
    }

    @Test
    void onlyThoseWhoAreNamedMay() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1), "anna", "robot"));
        asks(run, "db to production");
        Run now = seen(run);

        assertThatThrownBy(
                        () ->
                                approvals.rule(
                                        caller(
                                                "bert",
                                                Principal.Kind.PERSON,
                                                Right.READ,
                                                Right.ROLL_OUT),
                                        project,
                                        now,
                                        YES))
                .hasMessage(
                        "cannot approve for production of "
                                + project.name()
                                + ": bert is not anna or robot");
        assertThatThrownBy(
                        () ->
                                approvals.rule(
                                        caller(
                                                "anna",
                                                Principal.Kind.PERSON,
                                                Right.READ,
                                                Right.RUN),
                                        project,
                                        now,
                                        YES))
                .hasMessageContaining("cannot roll out");
        assertThat(job(run, "db to production").waits()).isEqualTo("approval");
        approvals.rule(
                caller("robot", Principal.Kind.MACHINE, Right.READ, Right.ROLL_OUT),
                project,
                now,
                YES);
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void amongSeveralEnvironmentsOneIsNamed() {
        Runs.Created run =
                run(
                        check("test"),
                        rollout("db to one", "one", Duration.ofHours(1)),
                        rollout("db to two", "two", Duration.ofHours(1)));
        asks(run, "db to two");

        assertThatThrownBy(() -> approvals.rule(anna(), project, seen(run), YES))
                .hasMessage("cannot approve run 1: it waits for one and for two");
        approvals.rule(anna(), project, seen(run), new Word("two", true, ""));

        await().until(() -> job(run, "db to two").state() == JobState.ENDED);
        assertThat(job(run, "db to one").waits()).isEqualTo("approval");
    }

    @Test
    void whatWasAgreedToHoldsForOneImageOnly() {
        PlannedJob image =
                new PlannedJob(
                        "image db",
                        new io.slipway.engine.plan.ImageSpec("db", "", "Dockerfile", null),
                        List.of());
        AppSpec app = ((RolloutSpec) Plans.rollout("db").spec()).app();
        RolloutSpec.Terms terms =
                new RolloutSpec.Terms(new Environment.Approval(List.of(), null), null, null);
        work.on("db", claim -> Verdict.failed(Reason.UNHEALTHY, "it is not healthy", Map.of()));
        dispatcher.close();
        dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(
                                JobKind.CHECK, work,
                                JobKind.ROLLOUT, work,
                                JobKind.IMAGE, work),
                        run -> {});
        work.on("image db", claim -> built(claim.job().runId()));
        Runs.Created run =
                run(
                        image,
                        new PlannedJob(
                                "db",
                                new RolloutSpec(app, "production", "image db", null, false, terms),
                                List.of("image db")));
        asks(run, "db");
        assertThat(approvals.of(run.id()).getFirst().image()).isEqualTo("x/db@sha256:" + hex(1));
        approvals.rule(anna(), project, seen(run), YES);
        ended(run);

        database.change(tx -> new Runs().retry(tx, run.id(), true));
        ended(run);
        assertThat(work.performed).containsExactly("image db/1", "db/1", "db/2");

        database.change(tx -> new Runs().retry(tx, run.id(), false));
        asks(run, "db");
        assertThat(approvals.of(run.id()))
                .extracting(Approval::image)
                .containsExactly("x/db@sha256:" + hex(1), "x/db@sha256:" + hex(2));
    }

    private Verdict built(long run) {
        image++;
        database.change(
                tx -> {
                    tx.update("delete from images where run_id = ?", run);
                    tx.update(
                            """
                            insert into images (project_id, app, run_id, repository, digest,
                                engine_id, platform, size, commit)
                            values (?, 'db', ?, 'x/db', ?, 'x', 'linux/amd64', 1, 'c')
                            """,
                            project.id(),
                            run,
                            "sha256:" + hex(image));
                });
        return Verdict.succeeded("built");
    }

    private static String hex(long number) {
        return "%064x".formatted(number);
    }

    @Test
    void aQueuedRolloutIsNotClaimedOnceItsImageIsAnother() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1)));
        asks(run, "db to production");
        dispatcher.close();
        approvals.rule(anna(), project, seen(run), YES);
        assertThat(job(run, "db to production").state()).isEqualTo(JobState.QUEUED);
        database.change(tx -> tx.update("update approvals set image = 'other'"));

        assertThat(new Queue(database, UUID.randomUUID()).claim(Set.of(), 10)).isEmpty();

        database.change(tx -> tx.update("update approvals set image = 'busybox:latest'"));
        assertThat(new Queue(database, UUID.randomUUID()).claim(Set.of(), 10)).hasSize(1);
    }

    @Test
    void nobodyAgreesToATagBeforeItIsKnownWhatItStandsFor() {
        String pinned = "busybox@sha256:" + hex(7);
        work.pins =
                () -> {
                    throw new Fault(Kind.UNAVAILABLE, "no answer", "");
                };
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1)));
        await().until(() -> refusal(run).endsWith("busybox:latest: no answer"));
        work.pins = () -> Optional.of(pinned);
        // What failed is tried again after a while, by another server at once.
        new Pins(database, Map.of(JobKind.ROLLOUT, work)).look();
        asks(run, "db to production");
        assertThat(approvals.of(run.id()).getFirst().image()).isEqualTo(pinned);

        approvals.rule(anna(), project, seen(run), YES);
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        database.change(tx -> new Runs().retry(tx, run.id(), false));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(approvals.of(run.id())).hasSize(1);
    }

    private String refusal(Runs.Created run) {
        try {
            return approvals.rule(anna(), project, seen(run), YES);
        } catch (Fault e) {
            return e.message();
        }
    }

    @Test
    void whatWaitsEndsWhenANewerRunRollsTheSameAppOut() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1)));
        asks(run, "db to production");

        database.change(
                tx ->
                        tx.update(
                                """
                                with made as (
                                    insert into targets (name, runner_id)
                                    select 'target of ' || ?, min(id) from runners returning id)
                                insert into placements (project_id, environment, app, target_id, newest_run)
                                select ?, 'production', 'db', id, 2 from made
                                """,
                                project.name().toString(),
                                project.id()));

        assertThat(ended(run).progress().reason()).isEqualTo("superseded by run 2");
        assertThat(job(run, "db to production").reason()).isEqualTo(Reason.SUPERSEDED);
        assertThat(approvals.of(run.id()).getFirst().verdict())
                .isEqualTo(Approval.Verdict.WITHDRAWN);
    }

    @Test
    void whatHasFailedBesideItIsToldAtTheWait() {
        work.on("bad", claim -> Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
        Runs.Created run = run(check("test"), check("bad"), rollout(Duration.ofSeconds(4)));

        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ends).containsExactly("waits, bad failed: exit code 1", "ended CANCELLED");
    }

    @Test
    void whoSaysYesAfterItsTimeIsTooLate() {
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1)));
        asks(run, "db to production");
        dispatcher.close();
        database.change(tx -> tx.update("update approvals set expires_at = now()"));

        assertThatThrownBy(() -> approvals.rule(anna(), project, seen(run), YES))
                .hasMessage("cannot approve run 1: nothing of it waits for that");
    }

    @Test
    void whatWasAgreedToHoldsForOneConfigurationOnly() {
        work.on(
                "db to production",
                claim -> Verdict.failed(Reason.UNHEALTHY, "it is not healthy", Map.of()));
        Runs.Created run = run(check("test"), rollout(Duration.ofHours(1)));
        asks(run, "db to production");
        configure("db", 1);
        approvals.rule(anna(), project, seen(run), YES);
        ended(run);
        configure("other", 2);
        database.change(tx -> new Runs().retry(tx, run.id(), true));
        ended(run);
        assertThat(approvals.of(run.id())).hasSize(1);

        configure(null, 3);
        database.change(tx -> new Runs().retry(tx, run.id(), true));

        asks(run, "db to production");
        assertThat(approvals.of(run.id())).hasSize(2);
    }

    private void configure(@Nullable String app, int version) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into config_values (project_id, app, name, version, secret, value)
                                values (?, ?, 'MODE', ?, false, 'x')
                                """,
                                project.id(),
                                app,
                                version));
    }

    @Test
    void aFileThatAsksNobodyIsAgreedToByThoseOfTheOneBefore() {
        Runs.Created first = run(check("test"), rollout(Duration.ofHours(1), "anna"));
        asks(first, "db to production");
        approvals.rule(anna(), project, seen(first), YES);
        ended(first);
        AppSpec app = ((RolloutSpec) Plans.rollout("db").spec()).app();
        PlannedJob asksNobody =
                new PlannedJob(
                        "db to production",
                        new RolloutSpec(app, "production", null, null),
                        List.of("test"));

        Runs.Created second = run(check("test"), asksNobody);

        asks(second, "db to production");
        assertThat(job(second, "db to production").waitsDetail()).isEqualTo("anna");
        approvals.rule(anna(), project, seen(second), YES);
        assertThat(ended(second).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(ended(run(check("test"), asksNobody)).progress().outcome())
                .isEqualTo(Outcome.SUCCEEDED);
    }
}
