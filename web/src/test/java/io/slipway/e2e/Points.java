package io.slipway.e2e;

import java.util.ArrayList;
import java.util.List;

/// The points of the way of a push, of a webhook, and of what a schedule starts, at which the
/// server is cut off: before and within and after each commit, before and after each call that
/// changes something outside.
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

    private Points() {}

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
