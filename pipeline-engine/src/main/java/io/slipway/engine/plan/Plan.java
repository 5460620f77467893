package io.slipway.engine.plan;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a trigger at one commit leads to.
///
/// @param jobs the graph, in the order in which it is shown
/// @param problems of the definition; with any, there are no jobs and the run fails at once
/// @param notes what was found and why, one sentence each, for the push terminal
/// @param gated whether an environment deploys from this branch, so that it moves when the run
///   succeeds
/// @param gates what decides whether something is rolled out, and who says so, one for each
///   environment: `production takes main (Slipway's default)`
/// @param notRolledOut why nothing is rolled out (`feature-x is not rolled out: production takes
///   main`); null when something is
/// @param notStarted why there is no run at all (`on.push does not take feature-x`); null when
///   there is one
/// @param concurrency which runs wait for which, and which are cancelled; null when the file does
///   not say it: then [#inLine]
/// @param skipped why its run is over at once with nothing done; null when it is not
public record Plan(
        List<PlannedJob> jobs,
        List<Problem> problems,
        List<String> notes,
        boolean gated,
        List<String> gates,
        @Nullable String notRolledOut,
        @Nullable String notStarted,
        @Nullable Concurrency concurrency,
        @Nullable String skipped) {
    /// A plan of a run, or of none.
    public Plan(
            List<PlannedJob> jobs,
            List<Problem> problems,
            List<String> notes,
            boolean gated,
            List<String> gates,
            @Nullable String notRolledOut,
            @Nullable String notStarted,
            @Nullable Concurrency concurrency) {
        this(jobs, problems, notes, gated, gates, notRolledOut, notStarted, concurrency, null);
    }

    /// A plan of a run.
    public Plan(
            List<PlannedJob> jobs,
            List<Problem> problems,
            List<String> notes,
            boolean gated,
            String gate,
            @Nullable String notRolledOut) {
        this(
                jobs,
                problems,
                notes,
                gated,
                gate.isEmpty() ? List.of() : List.of(gate),
                notRolledOut,
                null,
                null);
    }

    /// What `on` does not take: nothing starts, and a branch has nothing to wait for.
    static Plan notStarted(List<String> gates, String why) {
        return new Plan(List.of(), List.of(), List.of(), false, gates, null, why, null);
    }

    /// A run in which nothing is done, since the commit asks for that.
    public static Plan skipped(String why) {
        return new Plan(List.of(), List.of(), List.of(), false, List.of(), null, null, null, why);
    }

    /// The same with other jobs.
    public Plan with(List<PlannedJob> others) {
        return new Plan(
                List.copyOf(others),
                problems,
                notes,
                gated,
                gates,
                notRolledOut,
                notStarted,
                concurrency,
                skipped);
    }

    /// The same in this line.
    public Plan with(Concurrency line) {
        return new Plan(
                jobs, problems, notes, gated, gates, notRolledOut, notStarted, line, skipped);
    }

    /// The same in its line: what the file says, else every branch is a line of its own, in which a
    /// newer run cancels an older one, or, where something is rolled out, waits for it.
    ///
    /// @param ref full name
    public Plan inLine(String ref) {
        if (concurrency != null || skipped != null || !ref.startsWith(Refs.HEADS)) {
            return this;
        }
        return with(new Concurrency(Refs.brief(ref), Concurrency.Policy.byDefault(gated)));
    }
}
