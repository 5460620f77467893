package io.slipway.engine.gate;

import io.slipway.engine.definition.Environment;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.event.Trigger;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Which environments take what a run is made for.
///
/// @param taking in the order of their rollouts: each behind the one that it comes `after`; what
///   takes pull requests is there once for this one, named `preview-12`
/// @param gated whether an environment deploys from this branch, so that it moves when the run
///   succeeds
/// @param texts the rules and who says so, one for each environment
/// @param refused what the file takes and is not rolled out all the same, one sentence each
/// @param notRolledOut one sentence; null when something takes it
/// @param closed why each of the others does not take it, a clause: `production takes main`
public record Gates(
        List<Environment> taking,
        boolean gated,
        List<String> texts,
        List<String> refused,
        @Nullable String notRolledOut,
        Map<String, String> closed) {
    private static final String NOWHERE =
            "nothing is rolled out: .slipway.yml says environments: {}";

    private static final String FORK = "its sources are not the project's";

    /// The environment that everybody has.
    public static final String PRODUCTION = Gate.PRODUCTION;

    /// Asks all environments of a file.
    ///
    /// @param pipeline null when the file has problems: then what holds without a file
    /// @param defaultBranch short name; null while there is none: then it is the subject's branch
    public static Gates of(
            @Nullable Pipeline pipeline, Subject subject, @Nullable String defaultBranch) {
        Map<String, Environment> written = pipeline == null ? null : pipeline.environments();
        if (written != null && written.isEmpty()) {
            String text = "no environment (.slipway.yml)";
            return new Gates(List.of(), false, List.of(text), List.of(), NOWHERE, Map.of());
        }
        String branch = defaultBranch == null ? subject.branch() : defaultBranch;
        String takes = branch == null ? "the default branch" : branch;
        List<Gate> gates = new ArrayList<>();
        if (written == null) {
            gates.add(new Gate(Environment.named(PRODUCTION), false, takes));
            if (subject.pullRequest() != null) {
                gates.add(new Gate(Environment.preview(), false, takes));
            }
        } else {
            inOrder(written).forEach(one -> gates.add(new Gate(one, true, takes)));
        }
        return judged(gates, subject);
    }

    private static Gates judged(List<Gate> gates, Subject subject) {
        Map<String, Environment> taking = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        Map<String, String> closed = new LinkedHashMap<>();
        for (Gate gate : gates) {
            Environment environment = gate.environment();
            closed.put(environment.name(), gate.rule());
            if (!gate.fileTakes(subject)) {
                continue;
            }
            String after = environment.after();
            if (subject.trigger().trust() == Trigger.Trust.FORK) {
                closed.put(environment.name(), FORK);
                refused.add(subject.shown() + " is not rolled out: " + FORK);
            } else if (!gate.defaultTakes(subject)) {
                closed.put(environment.name(), gate.defaultRule());
                refused.add(subject.shown() + " is not rolled out: " + gate.defaultRule());
            } else if (after != null && !taking.containsKey(after)) {
                String first = environment.name() + " comes after " + after;
                closed.put(environment.name(), first + ", which does not take it");
                refused.add(
                        subject.shown()
                                + " is not rolled out to "
                                + environment.name()
                                + ": that comes after "
                                + after
                                + ", which does not take it");
            } else {
                closed.remove(environment.name());
                taking.put(environment.name(), environment);
            }
        }
        List<String> texts = gates.stream().map(Gate::text).toList();
        boolean gated = subject.moves() && !taking.isEmpty();
        Trigger.PullRequest request = subject.pullRequest();
        return new Gates(
                taking.values().stream()
                        .map(one -> request == null ? one : one.of(request.number()))
                        .toList(),
                gated,
                texts,
                taking.isEmpty() ? List.of() : refused,
                taking.isEmpty() ? why(gates, subject, refused) : null,
                closed);
    }

    private static String why(List<Gate> gates, Subject subject, List<String> refused) {
        if (!refused.isEmpty()) {
            return String.join("; ", refused);
        }
        return subject.shown()
                + " is not rolled out: "
                + gates.stream().map(Gate::rule).collect(Collectors.joining("; "));
    }

    /// Each behind the one that it comes after; a file with a circle has problems and no plan.
    private static List<Environment> inOrder(Map<String, Environment> written) {
        Map<String, Environment> ordered = new LinkedHashMap<>();
        while (ordered.size() < written.size()) {
            int before = ordered.size();
            for (Environment one : written.values()) {
                String after = one.after();
                if (after == null || ordered.containsKey(after)) {
                    ordered.putIfAbsent(one.name(), one);
                }
            }
            if (ordered.size() == before) {
                written.values().forEach(one -> ordered.putIfAbsent(one.name(), one));
            }
        }
        return List.copyOf(ordered.values());
    }
}
