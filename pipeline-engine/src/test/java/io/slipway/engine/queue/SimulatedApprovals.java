package io.slipway.engine.queue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What people say of runs that wait for them, and what becomes of those to which nobody says
/// anything. Only the first word counts, and none after its time.
final class SimulatedApprovals {
    private static final long EXPIRES = 30_000;

    private final QueueModel model;
    private final Map<QueueModel.Run, Long> waiting = new LinkedHashMap<>();
    private final Set<QueueModel.Run> refused = new LinkedHashSet<>();
    int refusals;
    int expired;
    int tooLate;

    SimulatedApprovals(QueueModel model) {
        this.model = model;
    }

    void await(QueueModel.Run run, long now) {
        waiting.put(run, now + EXPIRES);
    }

    /// What somebody says, as it arrives.
    void rule(QueueModel.Run run, boolean agrees, long now) {
        Long until = waiting.get(run);
        if (until == null || until < now) {
            tooLate++;
        } else if (agrees) {
            waiting.remove(run);
            run.approved = true;
            run.agreed = true;
        } else {
            refusals++;
            refuse(run);
        }
    }

    /// A server looks for those whose time is over.
    void expire(long now) {
        List<QueueModel.Run> over =
                waiting.keySet().stream().filter(run -> waiting.get(run) < now).toList();
        expired += over.size();
        over.forEach(this::refuse);
    }

    private void refuse(QueueModel.Run run) {
        waiting.remove(run);
        refused.add(run);
        model.cancel(run);
    }

    /// What went wrong: of what was refused nothing was ever begun, and it has ended.
    List<String> end() {
        List<String> wrong = new ArrayList<>();
        waiting.keySet().forEach(run -> wrong.add("nobody has ended a run whose time is over"));
        model.attempts.stream()
                .filter(one -> refused.contains(one.job.run))
                .filter(one -> one.fence > 0 || !one.outcome.equals("cancelled"))
                .forEach(one -> wrong.add("refused and yet begun, or not ended: " + one.row()));
        return wrong;
    }
}
