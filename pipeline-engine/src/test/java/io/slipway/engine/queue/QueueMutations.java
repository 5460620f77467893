package io.slipway.engine.queue;

import java.util.List;

/// The guards of the queue: claims, leases, the gate, verdicts.
final class QueueMutations {
    private static final String QUEUE = "io.slipway.engine.queue.";
    private static final String AGREE = QUEUE + "QueueDifferenceTest#modelAndStatementsAgree";
    private static final String TAKEN_OVER =
            QUEUE + "QueueTest#anExpiredLeaseIsTakenOverWithAHigherFenceAndTheOldHolderIsRefused";
    private static final String GATE =
            QUEUE + "QueueTest#theGateHoldsBackAPausedProjectAndSourcesNobodyApproved";

    private static final String AUTHORS =
            QUEUE + "QueueTest#ofAForkOnlyTrustedAuthorsBeginWithoutAWord";

    static final List<Mutation> ALL =
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
                            "a secret without a value lets nothing begin",
                            QUEUE + "Queue",
                            "select c.value is not null",
                            "select true",
                            QUEUE + "SecretGateTest#whatHasNoValueIsNamedByTheClaim"),
                    new Mutation(
                            "what the claim says of secrets holds for the whole attempt",
                            QUEUE + "Queue",
                            "and c.version <= t.config_version",
                            "",
                            QUEUE + "SecretGateTest#aValueThatComesAfterTheClaimIsTooLate"),
                    new Mutation(
                            "a fork has no secret",
                            QUEUE + "Queue",
                            "and v.source_trust <> 'fork'",
                            "",
                            QUEUE + "SecretGateTest#aForkHasNoneThoughSomebodyLetItGoAhead"),
                    new Mutation(
                            "a server that lives is not counted as dead",
                            QUEUE + "Queue",
                            "and not (a.server_id = ? and a.claimed_at >= ?)",
                            "and (a.server_id = ? and a.claimed_at >= ? or true)",
                            QUEUE
                                    + "QuarantineTest#"
                                    + "aProcessThatLivesAndHasMissedItsLeaseIsNotCounted"),
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
                            "one writes the verdict",
                            QUEUE + "Hold",
                            "settled",
                            "false",
                            QUEUE + "HoldTest#onlyTheFirstWhoAsksWritesTheVerdict"));

    private QueueMutations() {}
}
