package io.slipway.engine.hook;

import io.slipway.db.Database;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Rollout;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutParts.Before;
import io.slipway.engine.run.Verdict;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Runs hooks on a target, one after the other, each in a container of its own.
public final class HookRuns implements RolloutParts.Hooks {
    private final Database database;
    private final Deployer deployer;

    /// @param deployer where they run
    public HookRuns(Database database, Deployer deployer) {
        this.database = database;
        this.deployer = deployer;
    }

    @Override
    public Optional<Verdict> run(Before before) throws InterruptedException {
        for (int position = 0; position < before.app().before().size(); position++) {
            Optional<Verdict> no = new HookRun(database, deployer, before, position).run();
            if (no.isPresent()) {
                return no;
            }
        }
        return Optional.empty();
    }

    @Override
    public void remove(Rollout rollout) {
        database.read(tx -> HookRow.containers(tx, rollout.id())).forEach(deployer::removeHook);
    }

    @Override
    public void sweep() {
        // In this order: a row is older than its container.
        Set<String> left = new HashSet<>(deployer.hooks());
        if (!left.isEmpty()) {
            database.read(HookRow::open).forEach(left::remove);
            left.forEach(deployer::removeHook);
        }
    }
}
