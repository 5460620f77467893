package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.trigger.Planning;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Plans, and leaves out the rollouts of a connected project that has no pipeline file, until
/// somebody enables it: connecting a repository must not bring up what nobody asked for.
public final class ConnectedPlanning implements Planning {
    private final Planning planning;
    private final Database database;

    public ConnectedPlanning(Planning planning, Database database) {
        this.planning = planning;
        this.database = database;
    }

    @Override
    public Planned plan(PlanRequest request, SourceTree tree, Inclusions inclusions) {
        Planned planned = planning.plan(request, tree, inclusions);
        boolean enabled =
                planned.definition() != null
                        || database.read(tx -> Remotes.isEnabled(tx, request.project()));
        return enabled ? planned : new Planned(null, withheld(planned.plan(), request.project()));
    }

    private static Plan withheld(Plan plan, String project) {
        Set<String> left = new HashSet<>();
        List<PlannedJob> jobs =
                plan.jobs().stream()
                        .filter(
                                job -> {
                                    boolean out =
                                            job.spec() instanceof RolloutSpec
                                                    || job.needs().stream()
                                                            .anyMatch(left::contains);
                                    return !out || !left.add(job.name());
                                })
                        .toList();
        if (left.isEmpty()) {
            return plan;
        }
        return new Plan(
                jobs,
                plan.problems(),
                plan.notes(),
                false,
                plan.gates(),
                project + " is not rolled out: it has no pipeline file; slipway enable " + project,
                plan.notStarted(),
                plan.concurrency());
    }
}
