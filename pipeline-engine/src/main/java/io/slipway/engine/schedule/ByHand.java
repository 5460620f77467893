package io.slipway.engine.schedule;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Input;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Runs;
import io.slipway.engine.schedule.BranchRuns.Asked;
import io.slipway.engine.schedule.BranchRuns.Head;
import io.slipway.engine.schedule.BranchRuns.Ready;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/// Runs that somebody asks for, with the inputs that `on.manual` of the branch's definition names.
public final class ByHand {
    private static final int LONGEST_CAUSE = 200;

    private static final String STARTED =
            """
            select r.number
            from deliveries d join runs r on r.delivery_id = d.id
            where d.id = ? and d.project_id = ? and d.kind = 'manual'
            """;

    private static final String ROLLS_OUT =
            """
            select 1 as one from runs r join jobs j on j.run_id = r.id
            where r.project_id = ? and r.ref = ? and r.commit = ? and j.kind = 'rollout' limit 1
            """;

    private final Database database;
    private final BranchRuns runs;

    public ByHand(Database database, BranchRuns runs) {
        this.database = database;
        this.runs = runs;
    }

    /// What may be asked for.
    ///
    /// @param branch short name
    /// @param commit what it points to, hexadecimal
    /// @param inputs by name, in the file's order; null: `on.manual` is not written
    /// @param problem what is wrong with the definition; null: nothing
    public record Offer(
            String branch,
            String commit,
            @Nullable Map<String, Input> inputs,
            @Nullable String problem) {}

    /// What is asked for.
    ///
    /// @param id chosen by whoever asks: when it is asked for again, it has the run already
    /// @param branch short name; null: the default branch
    /// @param inputs by name
    public record Wish(UUID id, @Nullable String branch, Map<String, String> inputs) {}

    /// What may be asked for of a branch.
    ///
    /// @param branch short name; null: the default branch
    /// @throws Fault NOT_FOUND when there is no such branch
    public Offer offer(Caller caller, Project project, @Nullable String branch) {
        Head head = runs.head(project, branch);
        Definition definition = runs.definition(head, mayRead(caller));
        Pipeline pipeline = definition.pipeline();
        return pipeline == null
                ? new Offer(head.branch(), head.commit().hex(), null, wrong(definition))
                : new Offer(head.branch(), head.commit().hex(), pipeline.triggers().inputs(), null);
    }

    private static String wrong(Definition definition) {
        List<Problem> problems = definition.problems();
        String more = problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more";
        return problems.getFirst().text() + more;
    }

    /// Starts a run of what a branch points to. The caller's right was checked.
    ///
    /// @return its number
    /// @throws Fault NOT_FOUND when there is no such branch; CONFIGURATION when the definition does
    ///   not offer it or an input is wrong; CONFLICT while a push decides whether the branch moves
    public int start(Caller caller, Project project, Wish wish) {
        Optional<Integer> before = started(project, wish);
        if (before.isPresent()) {
            return before.get();
        }
        Head head = runs.head(project, wish.branch());
        check(head, runs.definition(head, mayRead(caller)), wish.inputs());
        Ready ready = runs.plan(head, Trigger.manual(wish.inputs()), mayRead(caller));
        String not = ready.planned().plan().notStarted();
        if (not != null) {
            throw refused(Kind.CONFIGURATION, head, not, "change 'on' in " + Definition.FILE);
        }
        Asked asked =
                new Asked(
                        wish.id(),
                        Trigger.Kind.MANUAL,
                        cause(wish.inputs()),
                        caller.principal().id());
        return database.transaction(
                tx -> {
                    BranchRuns.hold(tx, project);
                    Optional<Integer> mover = runs.aboutToMove(tx, head);
                    if (mover.isPresent()) {
                        throw refused(
                                Kind.CONFLICT,
                                head,
                                mover.get() == 0
                                        ? "it moves just now"
                                        : "run " + mover.get() + " decides whether it moves",
                                "wait for its end");
                    }
                    Optional<Runs.Created> run = runs.create(tx, ready, asked);
                    if (run.isEmpty()) {
                        return tx.first(
                                        STARTED,
                                        row -> row.integer("number"),
                                        wish.id(),
                                        project.id())
                                .orElseThrow(ByHand::taken);
                    }
                    Audit.add(
                            tx,
                            caller,
                            new Audit.Entry(
                                    project.id(),
                                    "start",
                                    "run " + run.get().number(),
                                    Map.of("branch", head.branch(), "inputs", wish.inputs())));
                    return run.get().number();
                });
    }

    /// Starts a run of what the default branch points to, once somebody lets the project roll out:
    /// their word holds for the commit that is there as well. The caller's right was checked.
    ///
    /// @return its number; null when nothing of it would be rolled out, a run of it is to do so
    ///   already, or the branch moves just now
    public @Nullable Integer rollOut(Caller caller, Project project) {
        if (project.defaultBranch() == null) {
            return null;
        }
        Head head;
        try {
            head = runs.head(project, null);
        } catch (Fault nothingThere) {
            return null;
        }
        Trigger trigger = Trigger.push(Changes.all("nothing was rolled out before"));
        Ready ready = runs.plan(head, trigger, mayRead(caller));
        boolean out =
                ready.planned().plan().jobs().stream()
                        .anyMatch(job -> job.spec() instanceof RolloutSpec);
        if (!out) {
            return null;
        }
        Asked asked =
                new Asked(
                        UUID.randomUUID(), Trigger.Kind.MANUAL, "enable", caller.principal().id());
        Optional<Integer> number =
                database.transaction(
                        tx -> {
                            BranchRuns.hold(tx, project);
                            boolean moves = runs.aboutToMove(tx, head).isPresent();
                            return moves || rollsOut(tx, head)
                                    ? Optional.empty()
                                    : runs.create(tx, ready, asked).map(Runs.Created::number);
                        });
        return number.orElse(null);
    }

    private static boolean rollsOut(Tx tx, Head head) {
        return tx.first(
                        ROLLS_OUT,
                        row -> true,
                        head.project().id(),
                        head.ref(),
                        head.commit().hex())
                .isPresent();
    }

    private Optional<Integer> started(Project project, Wish wish) {
        return database.read(
                tx -> tx.first(STARTED, row -> row.integer("number"), wish.id(), project.id()));
    }

    private static Fault taken() {
        return new Fault(Kind.CONFLICT, "cannot start a run: its id is taken", "choose another id");
    }

    private static void check(Head head, Definition definition, Map<String, String> given) {
        Pipeline pipeline = definition.pipeline();
        if (pipeline == null) {
            throw refused(Kind.CONFIGURATION, head, wrong(definition), "push a correction");
        }
        Map<String, Input> inputs = pipeline.triggers().inputs();
        if (inputs == null) {
            throw refused(
                    Kind.CONFIGURATION,
                    head,
                    "on does not name manual",
                    "write on: { manual: {} } in "
                            + Definition.FILE
                            + ", beside what else starts it");
        }
        Map<String, Mistake> wrong = Input.fill(inputs, given).wrong();
        if (!wrong.isEmpty()) {
            String all =
                    wrong.entrySet().stream()
                            .map(one -> one.getKey() + ": " + one.getValue().message())
                            .collect(Collectors.joining("; "));
            throw refused(Kind.CONFIGURATION, head, all, wrong.values().iterator().next().remedy());
        }
    }

    private static Fault refused(Kind kind, Head head, String why, String remedy) {
        return new Fault(kind, "cannot start a run of " + head.branch() + ": " + why, remedy);
    }

    /// Such as `start level=debug`.
    private static String cause(Map<String, String> inputs) {
        StringBuilder cause = new StringBuilder("start");
        inputs.forEach(
                (name, value) ->
                        cause.append(' ')
                                .append(name)
                                .append('=')
                                .append(value.replaceAll("\\p{Cntrl}+", " ")));
        return cause.length() <= LONGEST_CAUSE
                ? cause.toString()
                : cause.substring(0, LONGEST_CAUSE) + "…";
    }

    private static LongPredicate mayRead(Caller caller) {
        return id -> Access.may(caller, Right.READ, new Subject.OfProject(id));
    }
}
