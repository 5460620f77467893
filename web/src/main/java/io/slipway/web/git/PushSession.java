package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.trigger.Deliveries;
import io.slipway.engine.trigger.Push;
import io.slipway.engine.trigger.PushOptions;
import io.slipway.engine.trigger.Ruling;
import io.slipway.fault.Fault;

import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// One push, from the moment when its objects are stored: hands it over, tells the pusher what
/// happens, and gives git each ref's result. JGit moves nothing by itself: every command leaves
/// here with a result.
final class PushSession implements PreReceiveHook {
    private static final Logger log = LoggerFactory.getLogger(PushSession.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);
    private static final int LONGEST_REASON = 150;

    private final GitHost host;
    private final Caller caller;
    private final Projects.Created project;
    private final OutputStream out;

    /// @param out below git's side band
    PushSession(GitHost host, Caller caller, Projects.Created project, OutputStream out) {
        this.host = host;
        this.caller = caller;
        this.project = project;
        this.out = out;
    }

    @Override
    public void onPreReceive(ReceivePack pack, Collection<ReceiveCommand> all) {
        List<ReceiveCommand> commands = List.copyOf(all);
        Terminal terminal = new Terminal(line -> send(pack, line));
        try (KeepAlive alive =
                new KeepAlive(
                        pack.isSideBand() ? out : OutputStream.nullOutputStream(), KEEP_ALIVE)) {
            String refusal = refusal(pack, commands);
            if (refusal != null) {
                reject(commands, refusal);
            } else {
                take(pack, commands, terminal, alive);
            }
        } catch (Fault fault) {
            terminal.blank();
            terminal.wrapped("error: " + fault.message());
            if (!fault.remedy().isEmpty()) {
                terminal.wrapped("hint: " + fault.remedy());
            }
            reject(commands, "it could not be taken");
        } catch (RuntimeException e) {
            log.error("a push to {} failed", project.project().name(), e);
            reject(commands, "a mistake of Slipway's own");
        } finally {
            reject(commands, "it was not taken");
        }
    }

    private static void send(ReceivePack pack, String line) {
        pack.sendMessage(line);
        try {
            pack.getMessageOutputStream().flush();
        } catch (IOException e) {
            log.debug("the pusher hung up", e);
        }
    }

    private @Nullable String refusal(ReceivePack pack, List<ReceiveCommand> commands) {
        GitLimits limits = host.limits();
        if (pack.getAllCommands().size() > limits.refs()) {
            return "a push may change " + limits.refs() + " refs at most";
        }
        boolean longName =
                commands.stream().anyMatch(c -> c.getRefName().length() > limits.refNameBytes());
        if (longName) {
            return "a ref's name has " + limits.refNameBytes() + " characters at most";
        }
        boolean alone = !pack.isAtomic() || pack.getAllCommands().size() == commands.size();
        return alone ? null : "another ref of this atomic push was refused";
    }

    private void take(
            ReceivePack pack, List<ReceiveCommand> commands, Terminal terminal, KeepAlive alive) {
        List<String> options = pack.getPushOptions() == null ? List.of() : pack.getPushOptions();
        Push push =
                new Push(
                        UUID.randomUUID(),
                        project.project().id(),
                        caller.principal().id(),
                        pack.isAtomic(),
                        options,
                        commands.stream().map(PushSession::change).toList(),
                        id -> Access.may(caller, Right.READ, new Subject.OfProject(id)));
        terminal.blank();
        if (project.made()) {
            terminal.line("created the project " + project.project().name());
        }
        List<Ruling> rulings = host.pushes().receive(push);
        for (int i = 0; i < commands.size(); i++) {
            answer(commands.get(i), rulings.get(i));
        }
        boolean follow = PushOptions.parse(options).follow();
        PushFollower follower = new PushFollower(host, terminal, alive);
        try {
            for (Ruling ruling : rulings) {
                follower.tell(ruling, follow);
            }
            settle(commands, rulings, alive);
        } catch (Fault fault) {
            if (!Database.isAway(fault)) {
                throw fault;
            }
            terminal.blank();
            terminal.wrapped("the database is away: what the push started goes on");
            reject(commands, "the run goes on");
        }
    }

    private static Push.Change change(ReceiveCommand command) {
        return new Push.Change(
                command.getRefName(), commit(command.getOldId()), commit(command.getNewId()));
    }

    private static @Nullable CommitId commit(ObjectId id) {
        return id.equals(ObjectId.zeroId()) ? null : new CommitId(id.name());
    }

    private static void answer(ReceiveCommand command, Ruling ruling) {
        switch (ruling) {
            case Ruling.Refused refused -> reject(List.of(command), refused.reason());
            case Ruling.Moved moved -> command.setResult(Result.OK);
            case Ruling.Waits waits -> {}
        }
    }

    /// Gives the refs that waited their results. Of an atomic push all are settled by the last run.
    private void settle(List<ReceiveCommand> commands, List<Ruling> rulings, KeepAlive alive) {
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            if (rulings.get(i) instanceof Ruling.Waits) {
                open.add(i);
            }
        }
        for (int i : open) {
            Ruling.Waits waits = (Ruling.Waits) rulings.get(i);
            Optional<Deliveries.Settled> settled =
                    host.watching().deliveries().settled(waits.delivery());
            if (settled.isPresent() && settled.get().result() == Deliveries.Result.MOVED) {
                commands.get(i).setResult(Result.OK);
            } else {
                String why = settled.map(Deliveries.Settled::reason).orElse("the run goes on");
                reject(List.of(commands.get(i)), why);
            }
        }
        if (alive.clientGone()) {
            log.debug("the pusher of {} left", project.project().name());
        }
    }

    private static void reject(List<ReceiveCommand> commands, String reason) {
        String text = Terminal.cut(Terminal.clean(reason), LONGEST_REASON);
        for (ReceiveCommand command : commands) {
            if (command.getResult() == Result.NOT_ATTEMPTED) {
                command.setResult(Result.REJECTED_OTHER_REASON, text);
            }
        }
    }
}
