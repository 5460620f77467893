package io.slipway.web.cli.run;

import io.slipway.db.EmbeddedDatabase;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.CommitInfo;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.working.WorkingTree;
import io.slipway.fault.Fault;
import io.slipway.web.server.LocalEngine;
import io.slipway.web.settings.Settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// One run of a working tree, from its files to an exit code.
final class LocalRun {
    private static final int FAILED = 1;
    private static final int WRONG = 2;

    private final Settings settings;
    private final Origin origin;
    private final JobSecrets secrets;
    private final Output output;

    /// @param secrets those of its jobs
    LocalRun(Settings settings, Origin origin, JobSecrets secrets, Output output) {
        this.secrets = secrets;
        this.settings = settings;
        this.origin = origin;
        this.output = output;
    }

    /// @param selecting gives what is run of a commit; nothing when its definition has problems
    /// @param env variables for every step
    /// @return the exit code
    int run(
            WorkingTree tree,
            BiFunction<CommitId, SourceTree, Optional<Selection>> selecting,
            Map<String, String> env)
            throws InterruptedException {
        Path cache = EmbeddedDatabase.defaultCache().resolve("run");
        if (!Files.isDirectory(cache.resolve("1/postgres/data"))) {
            output.wait("The first run makes a database in " + cache + ", once.");
        }
        CtrlC ctrlC = CtrlC.watch();
        try (LocalEngine engine = new LocalEngine(settings, cache, secrets)) {
            long project = engine.project(origin.project());
            WorkingTree.Taken taken = tree.into(engine.repositories(), project);
            Optional<Selection> selection =
                    selecting.apply(
                            taken.commit(), engine.repositories().tree(project, taken.commit()));
            if (selection.isEmpty()) {
                return WRONG;
            }
            if (ctrlC.pressed()) {
                return CtrlC.EXIT_CODE;
            }
            return follow(engine, project, taken, selection.get().with(env), ctrlC);
        } catch (Fault e) {
            if (ctrlC.pressed()) {
                return CtrlC.EXIT_CODE;
            }
            throw e;
        }
    }

    private int follow(
            LocalEngine engine,
            long project,
            WorkingTree.Taken taken,
            Selection selection,
            CtrlC ctrlC)
            throws InterruptedException {
        Show show = output.show(selection);
        show.begins(
                new Show.Header(
                        origin.project().toString(),
                        origin.branch(),
                        taken.base() == null ? "" : taken.base().brief(),
                        taken.changes()),
                selection.plan().notes());
        Runs.Created created = engine.start(newRun(engine, project, taken.commit(), selection));
        ctrlC.then(
                () -> {
                    synchronized (show) {
                        show.note("stops what runs and removes it; Ctrl-C once more ends at once");
                    }
                    engine.cancel(created.id(), "cancelled by Ctrl-C");
                });
        Run run =
                new Following(engine, show, output.colours())
                        .toEnd(created.id(), selection.notRolledOut());
        engine.awaitRemoved(created.id());
        ctrlC.then(() -> {}); // nothing of it is left to be stopped
        Outcome outcome = run.progress().outcome();
        if (ctrlC.pressed() && outcome == Outcome.CANCELLED) {
            return CtrlC.EXIT_CODE;
        }
        return outcome != null && outcome.passed() ? 0 : FAILED;
    }

    /// As a push of the branch would have it.
    private NewRun newRun(LocalEngine engine, long project, CommitId commit, Selection selection) {
        CommitInfo info = engine.repositories().describe(project, commit);
        return new NewRun(
                project,
                new NewRun.Start("push", "", null, null),
                new NewRun.Source(origin.ref(), commit, info.subject(), info.author()),
                null,
                selection.plan());
    }
}
