package io.slipway.web.git;

import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Refs;
import io.slipway.engine.trigger.Deliveries;
import io.slipway.engine.trigger.Ruling;

import java.time.Duration;
import java.util.Optional;

/// Tells a pusher what becomes of each ref. All of it is read from the database.
final class PushFollower {
    private final GitHost.Watching watching;
    private final Terminal terminal;
    private final KeepAlive alive;
    private final PushFacts facts;

    PushFollower(GitHost host, Terminal terminal, KeepAlive alive) {
        this.watching = host.watching();
        this.terminal = terminal;
        this.alive = alive;
        this.facts = new PushFacts(host.database());
    }

    /// Tells one ref's part to its end, or to where the pusher hangs up.
    ///
    /// @param follow whether to wait for what does not hold the ref
    void tell(Ruling ruling, boolean follow) {
        switch (ruling) {
            case Ruling.Refused refused -> refused.plan().forEach(terminal::line);
            case Ruling.Moved moved -> {
                Runs.Created run = moved.run();
                if (run != null) {
                    run(run, follow);
                } else if (moved.notStarted() != null) {
                    terminal.wrapped(
                            Refs.brief(moved.change().ref()) + ": no run: " + moved.notStarted());
                }
            }
            case Ruling.Waits waits -> {
                if (waits.own()) {
                    run(waits.run(), true);
                }
                ended(waits);
            }
        }
    }

    private void run(Runs.Created created, boolean follow) {
        Optional<Run> run = watching.history().byId(created.id());
        if (run.isEmpty()) {
            return;
        }
        head(run.get(), follow);
        if (follow) {
            new RunFollower(watching, facts, terminal, alive).follow(run.get());
        }
        terminal.blank();
    }

    private void head(Run run, boolean follow) {
        Run.Source source = run.source();
        String what =
                run.project() + "  " + Refs.brief(source.ref()) + " " + source.commit().brief();
        String subject = source.subject().isEmpty() ? "" : "  \"" + source.subject() + "\"";
        terminal.line("Slipway  " + what + subject);
        String usually =
                follow ? facts.usual(run).map(t -> ", usually " + Times.of(t)).orElse("") : "";
        terminal.whole("run " + run.number() + usually + "   " + url(run));
        run.findings().notes().forEach(terminal::wrapped);
    }

    private String url(Run run) {
        return watching.self() + "/" + run.project() + "/runs/" + run.number();
    }

    /// Waits until the delivery is settled: of an atomic push that may take longer than its own
    /// run.
    private void ended(Ruling.Waits waits) {
        Optional<Deliveries.Settled> settled = settled(waits);
        String reason = settled.map(Deliveries.Settled::reason).orElse("");
        boolean moved = settled.filter(s -> s.result() == Deliveries.Result.MOVED).isPresent();
        if (moved && !reason.isEmpty()) {
            terminal.wrapped(reason);
        }
    }

    private Optional<Deliveries.Settled> settled(Ruling.Waits waits) {
        try (var watch = watching.changes().watch(waits.run().id())) {
            while (!alive.clientGone() && !Thread.currentThread().isInterrupted()) {
                Optional<Deliveries.Settled> settled =
                        watching.deliveries().settled(waits.delivery());
                Optional<Run> run = watching.history().byId(waits.run().id());
                boolean ends =
                        run.filter(r -> r.progress().state() == RunState.FINISHING).isPresent();
                if (settled.isPresent() && !ends || run.isEmpty()) {
                    return settled;
                }
                watch.await(Duration.ofSeconds(1));
            }
        }
        return Optional.empty();
    }
}
