package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Each guard of the queue, and of what begins and ends runs, is taken out, one at a time, of the
/// classes as this JVM loads them; a test that is named here must go red. The list is printed.
/// Without a change the same tests are green.
final class MutationTest {
    private static final String QUEUE = "io.slipway.engine.queue.";
    private static final String TRIGGER = "io.slipway.engine.trigger.";
    private static final String SCHEDULE = "io.slipway.engine.schedule.";
    private static final String AGREE = QUEUE + "QueueDifferenceTest#modelAndStatementsAgree";
    private static final String TAKEN_OVER =
            QUEUE + "QueueTest#anExpiredLeaseIsTakenOverWithAHigherFenceAndTheOldHolderIsRefused";
    private static final String GATE =
            QUEUE + "QueueTest#theGateHoldsBackAPausedProjectAndSourcesNobodyApproved";

    private static final String AUTHORS =
            QUEUE + "QueueTest#ofAForkOnlyTrustedAuthorsBeginWithoutAWord";

    /// A guard that is taken out.
    ///
    /// @param in class that is patched
    /// @param from text of a statement, or of a number, with single spaces
    /// @param to what stands there instead
    /// @param red the test that notices
    private record Mutation(String guard, String in, String from, String to, String red) {}

    private static final List<Mutation> MUTATIONS =
            List.of(
                    new Mutation(
                            "a lease is renewed by its fence",
                            QUEUE + "Leases",
                            "a.fence = h.fence",
                            "true",
                            TAKEN_OVER),
                    new Mutation(
                            "what has ended has no lease",
                            QUEUE + "Leases",
                            "and a.state = 'running'",
                            "",
                            AGREE),
                    new Mutation(
                            "only what is held is given back",
                            QUEUE + "Queue",
                            "lease_until = clock_timestamp() where id = ? and fence = ?",
                            "lease_until = clock_timestamp() where id = ? and (fence = ? or true)",
                            QUEUE + "QueueTest#whatIsHandedOverCountsAsNoExpiry"),
                    new Mutation(
                            "a verdict is written by its fence",
                            QUEUE + "Verdicts",
                            "where id = ? and fence = ? and state",
                            "where id = ? and (fence = ? or true) and state",
                            TAKEN_OVER),
                    new Mutation(
                            "an attempt ends once",
                            QUEUE + "Verdicts",
                            "and fence = ? and state = 'running'",
                            "and fence = ?",
                            TAKEN_OVER),
                    new Mutation(
                            "a log is written by its fence",
                            "io.slipway.engine.log.LogStore",
                            "and fence = ? and state",
                            "and (fence = ? or true) and state",
                            TAKEN_OVER),
                    new Mutation(
                            "the log of what has ended stays as it is",
                            "io.slipway.engine.log.LogStore",
                            "and fence = ? and state = 'running'",
                            "and fence = ?",
                            AGREE),
                    new Mutation(
                            "a lease that holds is not taken over",
                            QUEUE + "Queue",
                            "a.lease_until < clock_timestamp()",
                            "true",
                            AGREE),
                    new Mutation(
                            "each claim raises the fence",
                            QUEUE + "Queue",
                            "fence = a.fence + 1",
                            "fence = a.fence",
                            TAKEN_OVER),
                    new Mutation(
                            "of many servers one claims (skip locked)",
                            QUEUE + "Queue",
                            "for update of a skip locked",
                            "",
                            QUEUE + "QueueTest#ofManyServersEachAttemptHasOneThatGotIt"),
                    new Mutation(
                            "a paused project waits",
                            QUEUE + "Queue",
                            "not p.paused and",
                            "",
                            GATE),
                    new Mutation(
                            "sources of a fork wait",
                            QUEUE + "Queue",
                            "u.source_trust = 'trusted'",
                            "true",
                            GATE),
                    new Mutation(
                            "who lets a fork go ahead means one commit",
                            QUEUE + "Queue",
                            "u.approved_commit = u.commit",
                            "u.approved_commit is not null",
                            GATE),
                    new Mutation(
                            "who lets a fork go ahead means one pipeline file",
                            QUEUE + "Queue",
                            "and u.approved_definition is not distinct from u.definition_sha256",
                            "",
                            GATE),
                    new Mutation(
                            "a trusted author is one by the forge's id",
                            QUEUE + "Queue",
                            "and t.forge_id = u.author_id",
                            "",
                            AUTHORS),
                    new Mutation(
                            "who is trusted is trusted by one project",
                            QUEUE + "Queue",
                            "t.project_id = u.project_id and",
                            "",
                            AUTHORS),
                    new Mutation(
                            "a trusted author's own pipeline file waits",
                            QUEUE + "Queue",
                            "not u.own_definition and",
                            "",
                            AUTHORS),
                    new Mutation(
                            "members need a word unless the project says otherwise",
                            QUEUE + "Queue",
                            "u.author_member and p.trusts_members",
                            "u.author_member",
                            AUTHORS),
                    new Mutation(
                            "who may not push is no member",
                            QUEUE + "Queue",
                            "u.author_member and p.trusts_members",
                            "p.trusts_members",
                            AUTHORS),
                    new Mutation(
                            "a new attempt waits until the old one's things are gone",
                            QUEUE + "Queue",
                            "and e.removed_at is null",
                            "and false",
                            QUEUE + "QueueTest#aNewAttemptWaitsUntilTheOldOnesThingsAreGone"),
                    new Mutation(
                            "no more run than there are slots",
                            QUEUE + "Queue",
                            "limit least(?, greatest(room.slots, 0))",
                            "limit ?",
                            AGREE),
                    new Mutation(
                            "of one line one runs at a time",
                            QUEUE + "Queue",
                            "u.concurrency_group is null or not exists",
                            "true or not exists",
                            AGREE),
                    new Mutation(
                            "what needs approval waits for it",
                            QUEUE + "Queue",
                            "not j.asks_approval or",
                            "true or",
                            AGREE),
                    new Mutation(
                            "who agrees means one commit",
                            QUEUE + "Queue",
                            "and v.commit = u.commit",
                            "",
                            AGREE),
                    new Mutation(
                            "only what has ended is removed",
                            QUEUE + "Removals",
                            "and state = 'ended' and removed_at is null",
                            "and removed_at is null",
                            AGREE),
                    new Mutation(
                            "a cancel is asked for once",
                            "io.slipway.engine.run.Runs",
                            "and a.cancel_at is null",
                            "",
                            AGREE),
                    new Mutation(
                            "only a run that has ended is tried again",
                            "io.slipway.engine.run.Runs",
                            "select 1 from runs where id = run_id and state = 'ended'",
                            "select 1",
                            AGREE),
                    new Mutation(
                            "two ends at once see each other",
                            "io.slipway.engine.run.Jobs",
                            "where id = ? for no key update",
                            "where id = ?",
                            QUEUE + "QueueTest#twoNeedsThatEndAtOnceReleaseTheirDependentOnce"),
                    new Mutation(
                            "a holder stops before its lease ends",
                            QUEUE + "Hold",
                            "15",
                            "3600",
                            QUEUE
                                    + "SimulationTest#"
                                    + "nothingIsLostAndNothingHappensTwiceUnderAnySchedule"),
                    new Mutation(
                            "nobody waits for what another is taking",
                            QUEUE + "Queue",
                            "for update of a skip locked",
                            "for update of a",
                            QUEUE + "QueueTest#whatOneServerIsTakingHoldsNoOtherUp"),
                    new Mutation(
                            "what is tried again later waits until then",
                            QUEUE + "Queue",
                            "a.not_before <= clock_timestamp()",
                            "true",
                            QUEUE + "QueueTest#whatIsTriedAgainLaterWaitsUntilThen"),
                    new Mutation(
                            "who agrees means one image",
                            QUEUE + "Queue",
                            "v.image = coalesce",
                            "'' <= coalesce",
                            QUEUE + "ApprovalTest#aQueuedRolloutIsNotClaimedOnceItsImageIsAnother"),
                    new Mutation(
                            "of many servers one ends a run",
                            QUEUE + "RunEnds",
                            "coalesce(finishing_until, '-infinity') < clock_timestamp()",
                            "true",
                            QUEUE
                                    + "RunEndsTest#"
                                    + "whatOneServerHasInHandAnotherTakesOnlyWhenItsTimeIsOver"),
                    new Mutation(
                            "a run is ended by who has it in hand",
                            QUEUE + "RunEnds",
                            "and finishing_server = ?",
                            "and (finishing_server = ? or true)",
                            QUEUE + "RunEndsTest#whoWasReplacedEndsNothing"),
                    new Mutation(
                            "what has moved is not refused",
                            TRIGGER + "Deliveries",
                            "and result is distinct from 'moved'",
                            "",
                            TRIGGER + "RecoveryTest#whatHasMovedIsNotRefusedByWhoComesLater"),
                    new Mutation(
                            "a push is decided by who took it",
                            TRIGGER + "Deliveries",
                            "and state = 'received' and server_id = ?",
                            "and state = 'received' and (server_id = ? or true)",
                            TRIGGER + "RecoveryTest#aPushThatAnotherServerTookOverMovesNothing"),
                    new Mutation(
                            "a push is ended by who has it",
                            TRIGGER + "Deliveries",
                            "and id = any (?::uuid[]) and server_id = ?",
                            "and id = any (?::uuid[]) and (server_id = ? or true)",
                            TRIGGER + "BrokenOffTest#whatAnotherServerTookOverStartsOneRun"),
                    new Mutation(
                            "a placement is changed by its fence",
                            "io.slipway.engine.release.Rollouts",
                            "and p.fence = ?",
                            "and (p.fence = ? or true)",
                            "io.slipway.engine.release.RolloutRaceTest#"
                                    + "aDriverWhoseRolloutAnotherServerTookOverChangesNothingMore"),
                    new Mutation(
                            "a rollout that was ended without its driver stays as it is",
                            "io.slipway.engine.release.Rollouts",
                            "id = ? and state = 'running' for share",
                            "id = ? for share",
                            "io.slipway.engine.release.RolloutRaceTest#"
                                    + "aDriverThatWasEndedByForceChangesNothingMore"),
                    new Mutation(
                            "nobody agrees to a tag",
                            "io.slipway.engine.asking.Asking",
                            "j.pinned_image is null and",
                            "false and",
                            QUEUE
                                    + "ApprovalTest#"
                                    + "nobodyAgreesToATagBeforeItIsKnownWhatItStandsFor"),
                    new Mutation(
                            "an instant of a schedule is taken once",
                            SCHEDULE + "Schedules",
                            "where id = ? and due_at = ? and not paused",
                            "where id = ? and (due_at = ? or true) and not paused",
                            SCHEDULE + "ScheduleClockTest#whoComesSecondFindsTheInstantTaken"),
                    new Mutation(
                            "schedules of a paused project wait",
                            SCHEDULE + "Schedules",
                            "and project_id not in (select p.id from projects p where p.paused)",
                            "",
                            SCHEDULE + "ScheduleDifferenceTest#modelAndStatementsAgree"),
                    new Mutation(
                            "schedules are those of the newest file",
                            SCHEDULE + "Schedules",
                            "and schedules_read < ?",
                            "and (schedules_read < ? or true)",
                            SCHEDULE + "ScheduleClockTest#whoHasReadAnOlderFileWritesNothing"),
                    new Mutation(
                            "no older commit gets the higher number",
                            SCHEDULE + "BranchRuns",
                            "and d.state <> 'settled'",
                            "and false",
                            SCHEDULE
                                    + "ScheduleClockTest#"
                                    + "itWaitsWhileAPushDecidesWhetherTheBranchMoves"),
                    new Mutation(
                            "one writes the verdict",
                            QUEUE + "Hold",
                            "settled",
                            "false",
                            QUEUE + "HoldTest#onlyTheFirstWhoAsksWritesTheVerdict"));

    @Test
    void eachGuardHasATestThatGoesRedWithoutIt() throws ClassNotFoundException {
        String schedules = System.getProperty("simulation.schedules");
        System.setProperty("simulation.schedules", "60");
        List<String> unnoticed = new ArrayList<>();
        try (LauncherSession session = LauncherFactory.openSession()) {
            Set<String> named = new LinkedHashSet<>(MUTATIONS.stream().map(Mutation::red).toList());
            for (String test : named) {
                TestExecutionSummary green = run(session, new Patched(null), test);
                assertThat(green.getFailures()).as("without a change: " + test).isEmpty();
                assertThat(green.getTestsSucceededCount()).as(test).isEqualTo(1);
            }
            for (Mutation mutation : MUTATIONS) {
                Patched loader = new Patched(mutation);
                TestExecutionSummary summary = run(session, loader, mutation.red());
                assertThat(loader.patched).as("no such guard: " + mutation).isPositive();
                boolean red = summary.getTotalFailureCount() > 0;
                System.out.printf(
                        "%s %s: %s%n",
                        red ? "red" : "GREEN",
                        mutation.guard(),
                        mutation.red().replaceAll(".*\\.", ""));
                summary.getFailures().forEach(one -> firstLines(one.getException()));
                if (!red) {
                    unnoticed.add(mutation.guard());
                }
            }
        } finally {
            if (schedules == null) {
                System.clearProperty("simulation.schedules");
            } else {
                System.setProperty("simulation.schedules", schedules);
            }
        }
        assertThat(unnoticed).as("guards that no test misses").isEmpty();
    }

    /// That it is red for what was taken out can be read.
    private static void firstLines(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String said = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
        System.out.println("      " + said.substring(0, Math.min(150, said.length())));
    }

    private static TestExecutionSummary run(LauncherSession session, Patched loader, String test)
            throws ClassNotFoundException {
        String[] parts = test.split("#");
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        session.getLauncher()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(loader.loadClass(parts[0]), parts[1]))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /// Loads the engine's classes anew, one of them patched; everything else is the parent's.
    private static final class Patched extends ClassLoader {
        private static final String OWN = "io.slipway.engine.";

        private final @Nullable Mutation mutation;
        int patched;

        Patched(@Nullable Mutation mutation) {
            super(MutationTest.class.getClassLoader());
            this.mutation = mutation;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(OWN)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? define(name) : known;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                if (mutation != null && name.equals(mutation.in())) {
                    bytes = patched(bytes, mutation);
                }
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] patched(byte[] bytes, Mutation mutation) {
            ClassFile file = ClassFile.of();
            return file.transformClass(
                    file.parse(bytes),
                    ClassTransform.transformingMethodBodies(
                            (code, element) -> patch(code, element, mutation)));
        }

        private void patch(CodeBuilder code, CodeElement element, Mutation mutation) {
            if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof String text
                    && text.replaceAll("\\s+", " ").contains(mutation.from())) {
                patched++;
                code.loadConstant(
                        text.replaceAll("\\s+", " ").replace(mutation.from(), mutation.to()));
            } else if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof Long number
                    && number.toString().equals(mutation.from())) {
                patched++;
                code.loadConstant(Long.parseLong(mutation.to()));
            } else if (element instanceof FieldInstruction field
                    && field.opcode() == Opcode.GETFIELD
                    && field.name().equalsString(mutation.from())) {
                patched++;
                code.pop();
                code.iconst_0();
            } else {
                code.with(element);
            }
        }
    }
}
