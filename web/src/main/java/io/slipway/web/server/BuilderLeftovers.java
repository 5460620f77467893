package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.engine.project.Projects;
import io.slipway.engine.queue.Leftovers;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.buildkit.Builders;

import java.util.Set;

/// Builders that nobody owns: of attempts that have ended, and of projects that are gone. The
/// latter are looked for in each sixth turn.
final class BuilderLeftovers implements Leftovers {
    private static final int EACH = 6;

    private final Database database;
    private final Builders builders;
    private int turn;

    BuilderLeftovers(Database database, Builders builders) {
        this.database = database;
        this.builders = builders;
    }

    @Override
    public Set<AttemptName> present() {
        if (turn++ % EACH == 0) {
            builders.sweep(this::exists);
        }
        return builders.present();
    }

    private boolean exists(long project) {
        return database.read(tx -> Projects.find(tx, project)).isPresent();
    }

    @Override
    public void remove(AttemptName attempt) {
        builders.remove(attempt);
    }
}
