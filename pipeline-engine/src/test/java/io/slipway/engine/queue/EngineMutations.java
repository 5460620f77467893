package io.slipway.engine.queue;

import java.util.List;

/// The guards of what stands around the queue: logs, deliveries, schedules, rollouts, secrets, what
/// is told outside.
final class EngineMutations {
    private static final String ENGINE = "io.slipway.engine.";
    private static final String QUEUE = ENGINE + "queue.";
    private static final String RUN = ENGINE + "run.";
    private static final String LOG = ENGINE + "log.";
    private static final String TRIGGER = ENGINE + "trigger.";
    private static final String SCHEDULE = ENGINE + "schedule.";
    private static final String SECRETS = ENGINE + "step.ConfiguredSecrets";
    private static final String AGREE = QUEUE + "QueueDifferenceTest#modelAndStatementsAgree";
    private static final String TAKEN_OVER =
            QUEUE + "QueueTest#anExpiredLeaseIsTakenOverWithAHigherFenceAndTheOldHolderIsRefused";
    private static final String FENCE = QUEUE + "FenceTest#";
    private static final String NEWER = QUEUE + "SupersedingTest#";
    private static final String SEALER = LOG + "LogSealerTest#";
    private static final String SENDER = ENGINE + "outgoing.OutgoingSenderTest#";
    private static final String ANSWERS = ENGINE + "connect.AnswersPatienceTest#";

    static final List<Mutation> ALL =
            List.of(
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
                            "what is written beside the log is written by its fence",
                            RUN + "Claim",
                            "where id = ? and fence = ? and state",
                            "where id = ? and (fence = ? or true) and state",
                            FENCE + "whoWasReplacedWritesNothingBesideTheLog"),
                    new Mutation(
                            "nothing is written beside the log of what has ended",
                            RUN + "Claim",
                            "and fence = ? and state = 'running'",
                            "and fence = ?",
                            FENCE + "nothingIsWrittenBesideTheLogOfWhatHasEnded"),
                    new Mutation(
                            "nobody takes over while something is written beside the log",
                            RUN + "Claim",
                            "for share",
                            "",
                            FENCE + "nobodyTakesOverWhileSomethingIsWrittenBesideTheLog"),
                    new Mutation(
                            "only what is held is given up",
                            QUEUE + "Queue",
                            "expiries = expiries + 1 where id = ? and fence = ?",
                            "expiries = expiries + 1 where id = ? and (fence = ? or true)",
                            FENCE + "whoWasReplacedGivesNothingUp"),
                    new Mutation(
                            "what has ended is not given up",
                            QUEUE + "Queue",
                            "expiries = expiries + 1 where id = ? and fence = ? and state ="
                                    + " 'running'",
                            "expiries = expiries + 1 where id = ? and fence = ?",
                            FENCE + "whatHasEndedIsNotGivenUp"),
                    new Mutation(
                            "what somebody else has is not started",
                            QUEUE + "Holding",
                            "where id = ? and fence = ? and state",
                            "where id = ? and (fence = ? or true) and state",
                            QUEUE + "QueueTest#whatSomebodyElseHasIsNotStarted"),
                    new Mutation(
                            "what has ended is not started",
                            QUEUE + "Holding",
                            "and fence = ? and state = 'running'",
                            "and fence = ?",
                            FENCE + "whatHasEndedIsNotStarted"),
                    new Mutation(
                            "who was replaced sees no secret",
                            SECRETS,
                            "and a.fence = ?",
                            "and (a.fence = ? or true)",
                            FENCE + "whoWasReplacedSeesNoSecret"),
                    new Mutation(
                            "what has ended sees no secret",
                            SECRETS,
                            "and a.state = 'running'",
                            "",
                            FENCE + "whatHasEndedSeesNoSecret"),
                    new Mutation(
                            "an attempt keeps to the secrets that it began with",
                            QUEUE + "Queue",
                            "coalesce(a.config_version,",
                            "coalesce(null,",
                            FENCE + "whoeverTakesOverSeesTheSecretsThatTheAttemptBeganWith"),
                    new Mutation(
                            "sources from anybody see no secret",
                            SECRETS,
                            "u.source_trust = 'fork'",
                            "false",
                            FENCE + "sourcesFromAnybodySeeNoSecret"),
                    new Mutation(
                            "only the log of what has ended is sealed",
                            LOG + "LogSealer",
                            "where a.id = ? and a.state = 'ended'",
                            "where a.id = ?",
                            SEALER + "aLogThatIsAnotherByNowIsNotSealed"),
                    new Mutation(
                            "a log is sealed by the fence that it was read with",
                            LOG + "LogSealer",
                            "and a.fence = ?",
                            "and (a.fence = ? or true)",
                            SEALER + "aLogThatIsAnotherByNowIsNotSealed"),
                    new Mutation(
                            "a log is sealed whole",
                            LOG + "LogSealer",
                            "and a.log_chunks = ?",
                            "and (a.log_chunks = ? or true)",
                            SEALER + "aLogThatIsAnotherByNowIsNotSealed"),
                    new Mutation(
                            "no log goes into one server's folder while there are several",
                            LOG + "LogSealer",
                            "clock_timestamp() - interval '1 minute'",
                            "clock_timestamp() + interval '1 minute'",
                            SEALER
                                    + "onlyLongLogsOfWhatHasEndedAreSealedAndNoneWhile"
                                    + "SeveralServersShareTheDatabase"),
                    new Mutation(
                            "a run that is tried again just now is not removed",
                            ENGINE + "retention.Retention",
                            "where id = ? and state = 'ended'",
                            "where id = ?",
                            ENGINE + "retention.RetentionTest#whatIsTriedAgainJustNowStays"),
                    new Mutation(
                            "what is not cleaned up yet is not removed",
                            ENGINE + "retention.Retention",
                            "(a.state <> 'ended' or a.removed_at is null)",
                            "false",
                            ENGINE + "retention.RetentionTest#whatIsNotOverStays"),
                    new Mutation(
                            "what was said of a rollout stays said",
                            ENGINE + "approval.Approvals",
                            "where id = ? and verdict is null",
                            "where id = ?",
                            QUEUE
                                    + "RulingTest#"
                                    + "whatSomebodyHasSaidIsNotOverwrittenByTheEndOfItsTime"),
                    new Mutation(
                            "who agrees after its time is too late",
                            ENGINE + "approval.Approvals",
                            "and v.expires_at > clock_timestamp()",
                            "",
                            QUEUE + "ApprovalTest#whoSaysYesAfterItsTimeIsTooLate"),
                    new Mutation(
                            "of a group with `latest` what runs goes on",
                            QUEUE + "Superseding",
                            "u.number < g.cancels and not exists",
                            "not exists",
                            NEWER + "ofThoseThatWaitTheNewestStaysAndWhatRunsGoesOn"),
                    new Mutation(
                            "of a queue no run is ended for a newer one",
                            QUEUE + "Superseding",
                            "n.concurrency_policy <> 'queue'",
                            "true",
                            NEWER + "ofAQueueNoneIsEnded"),
                    new Mutation(
                            "a retry is not ended for its lower number",
                            QUEUE + "Superseding",
                            "and n.concurrency_turn > u.concurrency_turn",
                            "",
                            NEWER + "oneThatWasAskedForLaterIsNotEndedForItsLowerNumber"),
                    new Mutation(
                            "what rolls out by now is not ended for a newer one",
                            RUN + "Runs",
                            "and (state = 'running' or outcome = 'succeeded')",
                            "and false",
                            NEWER + "whatRollsOutByNowIsNotEnded"),
                    new Mutation(
                            "that a message was taken is written by who sent it",
                            ENGINE + "outgoing.OutgoingSender",
                            "ended_at = now() where id = ? and fence = ?",
                            "ended_at = now() where id = ? and (fence = ? or true)",
                            SENDER + "whoWasReplacedWritesNotWhatBecameOfAMessage"),
                    new Mutation(
                            "that a message was not taken is written by who sent it",
                            ENGINE + "outgoing.OutgoingSender",
                            "interval '1 millisecond' where id = ? and fence = ?",
                            "interval '1 millisecond' where id = ? and (fence = ? or true)",
                            SENDER + "whoWasReplacedWritesNotWhatBecameOfAMessage"),
                    new Mutation(
                            "what was given up stays so",
                            ENGINE + "outgoing.OutgoingSender",
                            "and fence = ? and state = 'waiting'",
                            "and fence = ?",
                            SENDER + "whatWasGivenUpStaysGivenUp"),
                    new Mutation(
                            "what one server has in hand no other sends",
                            ENGINE + "outgoing.OutgoingSender",
                            "next_at = now() + interval '2 minutes'",
                            "next_at = now()",
                            SENDER + "whatOneServerHasInHandAnotherDoesNotSend"),
                    new Mutation(
                            "that a forge was told is written by who told it",
                            ENGINE + "connect.Answers",
                            "next_at = now() where id = ? and fence = ?",
                            "next_at = now() where id = ? and (fence = ? or true)",
                            ANSWERS + "whoWasReplacedWritesNotWhatBecameOfAnAnswer"),
                    new Mutation(
                            "that a forge was not told is written by who tried",
                            ENGINE + "connect.Answers",
                            "interval '1 millisecond' where id = ? and fence = ?",
                            "interval '1 millisecond' where id = ? and (fence = ? or true)",
                            ANSWERS + "whoWasReplacedWritesNotWhatBecameOfAnAnswer"));

    private EngineMutations() {}
}
