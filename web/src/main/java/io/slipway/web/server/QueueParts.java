package io.slipway.web.server;

import io.slipway.db.Tx;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.queue.Leftovers;
import io.slipway.engine.queue.Sweeper;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.RegistryAccess;
import io.slipway.engine.step.Runner;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// What takes jobs from the queue and has them done, from the first moment on.
final class QueueParts implements AutoCloseable {
    private final Closing closing = new Closing();

    /// @param leftovers where something of jobs may be left
    /// @param work what does the jobs of each kind
    /// @param end what follows a run's last job
    QueueParts(Foundation base, List<Leftovers> leftovers, Map<JobKind, JobWork> work, RunEnd end) {
        closing.add(new Sweeper(base.database(), work, leftovers));
        closing.add(
                new Dispatcher(
                        base.database(),
                        base.notifications(),
                        base.folder().identity(),
                        work,
                        end));
    }

    /// Makes the engine known as the one runner.
    ///
    /// @return the row's id
    static long runner(Tx tx) {
        int slots = Math.max(2, Runtime.getRuntime().availableProcessors() * 2);
        return RunnerSlots.register(tx, "docker", "docker", slots);
    }

    /// What does checks.
    ///
    /// @param url what Slipway calls itself, for steps and for the remote of the workspace; empty:
    ///   there is nothing to call, and no remote
    /// @param secrets where those come from that jobs name
    /// @param registry as jobs reach it
    /// @param forks what a fork's job gets at most
    static CheckWork checks(
            Runner runner,
            Repositories repositories,
            String url,
            JobSecrets secrets,
            RegistryAccess registry,
            ForeignLimits forks) {
        return new CheckWork(
                runner,
                job ->
                        repositories.workTree(
                                        job.projectId(),
                                        job.ref(),
                                        job.commit(),
                                        url.isEmpty() ? null : url + "/" + job.project() + ".git")
                                ::writeTar,
                url,
                secrets,
                registry,
                forks);
    }

    /// What jobs leave in a runner.
    static Leftovers leftovers(Runner runner) {
        return new Leftovers() {
            @Override
            public Set<AttemptName> present() {
                return runner.present();
            }

            @Override
            public void remove(AttemptName attempt) {
                runner.remove(attempt);
            }
        };
    }

    @Override
    public void close() {
        closing.close();
    }
}
