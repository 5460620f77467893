package io.slipway.e2e;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The points of the way of a push, of a webhook, and of what a schedule starts, at which the
/// server is cut off: before and within and after each commit, before and after each call that
/// changes something outside. `PointsTest` fails when a commit is in neither list of commits,
/// `KillIT` when a call is in neither list of calls.
final class Points {
    private static final List<String> COMMITS =
            List.of(
                    "ScheduleClock.read",
                    "ScheduleClock.begin",
                    "Insertion.write",
                    "InboxWorker.drain",
                    "InboxWorker.settle",
                    "Pushes.receive",
                    "Pushes.taken",
                    "Receiving.receive",
                    "Queue.claim",
                    "Holding.mayRun",
                    "RegistryDoor.of",
                    "LogStore.write",
                    "Driver.conclude",
                    "Removals.write",
                    "ImageWork.credential",
                    "Registry.begin",
                    "Registry.finish",
                    "Manifests.put",
                    "ImageWork.push",
                    "RolloutStart.begin",
                    "RolloutDrive.tryOut",
                    "RolloutDrive.serve",
                    "RolloutDrive.forward",
                    "Routes.publish",
                    "Supervisor.look",
                    "Supervisor.steps",
                    "RunEnds.claim",
                    "RunEnds.reached",
                    "Settlement.settle",
                    "RunEnds.end");

    /// The git refs move by a call as well.
    private static final List<String> CALLS =
            List.of(
                    "POST /containers/create",
                    "PUT /containers/{}/archive",
                    "POST /containers/{}/attach",
                    "POST /containers/{}/start",
                    "DELETE /containers/{}",
                    "DELETE /volumes/{}",
                    "POST /build",
                    "POST /build/cancel",
                    "POST /images/{}/tag",
                    "POST /images/{}/push",
                    "PUT /routes",
                    "POST /drain",
                    "POST /containers/{}/stop",
                    "refs");

    /// Commits of the same packages that a push does not need, or seldom: what people and old age
    /// bring about, what a start, an outage or a removal does.
    private static final List<String> OTHER_COMMITS =
            List.of(
                    "Approvals.expire",
                    "Approvals.rule",
                    "ByHand.rollOut",
                    "ByHand.start",
                    "ForeignRuns.rule",
                    "GateHints.askAgain",
                    "GateHints.hold",
                    "Holding.tell",
                    "HookRun.guarded",
                    "Inbox.pinged",
                    "Inbox.taken",
                    "InboxWorker.copies",
                    "InboxWorker.failed",
                    "InboxWorker.letGo",
                    "InboxWorker.rounds",
                    "InboxWorker.start",
                    "Insertion.together",
                    "Leases.renew",
                    "OldImages.dropCopies",
                    "OldImages.nextRepository",
                    "OldImages.removeBlobs",
                    "OldImages.removeSome",
                    "OldImages.unlink",
                    "Pins.later",
                    "Pins.pin",
                    "Presence.seen",
                    "Pushes.drop",
                    "Pushes.recover",
                    "Pushes.takeOver",
                    "Queue.giveBack",
                    "Queue.giveUp",
                    "Queue.leave",
                    "Queue.livesOn",
                    "Registry.discard",
                    "Registry.linked",
                    "Registry.pullCredential",
                    "Registry.size",
                    "Registry.store",
                    "Registry.sweep",
                    "Registry.unlink",
                    "RolloutDrive.pauseOld",
                    "Routes.overtake",
                    "RunEnds.later",
                    "RunEnds.takeOver",
                    "ScheduleClock.nothing",
                    "Superseding.look",
                    "Supervisor.round",
                    "Supervisor.tidy",
                    "TakeBack.because",
                    "TakeBack.complete",
                    "TakeBack.set");

    /// Calls that change nothing that counts, that only some runs need, or that are made ahead.
    private static final List<String> OTHER_CALLS =
            List.of(
                    "POST /auth",
                    "POST /containers/{}/kill",
                    "POST /containers/{}/rename",
                    "POST /containers/{}/update",
                    "POST /containers/{}/wait",
                    "POST /containers/{}/exec",
                    "POST /exec/{}/start",
                    "POST /exec/{}/resize",
                    "DELETE /images/{}",
                    "POST /images/create",
                    "POST /images/load",
                    "POST /networks/create",
                    "POST /networks/{}/connect",
                    "POST /networks/{}/disconnect",
                    "DELETE /networks/{}",
                    "POST /volumes/create",
                    "POST /stop");

    private Points() {}

    /// Every commit that somebody has thought of, by its method.
    static Set<String> commits() {
        Set<String> commits = new TreeSet<>(COMMITS);
        commits.addAll(OTHER_COMMITS);
        return commits;
    }

    /// Of points that were visited, the calls that nobody has thought of.
    static List<String> unknownCalls(Collection<String> visited) {
        return visited.stream()
                .map(point -> point.replaceFirst("^[A-Z]+ ", ""))
                .filter(what -> !what.startsWith("commit "))
                .filter(what -> !CALLS.contains(what) && !OTHER_CALLS.contains(what))
                .distinct()
                .toList();
    }

    static List<String> all() {
        List<String> all = new ArrayList<>();
        for (String commit : COMMITS) {
            for (String moment : List.of("BEFORE", "WITHIN", "AFTER")) {
                all.add(moment + " commit " + commit);
            }
        }
        for (String call : CALLS) {
            all.add("BEFORE " + call);
            all.add("AFTER " + call);
        }
        return all;
    }
}
