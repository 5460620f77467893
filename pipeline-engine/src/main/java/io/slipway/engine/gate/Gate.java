package io.slipway.engine.gate;

import io.slipway.engine.definition.Environment;
import io.slipway.engine.event.Trigger.Kind;
import io.slipway.engine.event.Triggers;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Patterns;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What one environment takes, and who says so. The file can only tighten: as long as nobody has
/// changed it, `production` takes only the default branch.
final class Gate {
    static final String PRODUCTION = Environment.PRODUCTION;
    private static final String FILE = " (.slipway.yml)";
    private static final String DEFAULT = " (Slipway's default)";

    private final Environment environment;
    private final boolean written;
    private final String defaultBranch;

    /// @param written whether the file names it
    /// @param defaultBranch for people where there is none yet
    Gate(Environment environment, boolean written, String defaultBranch) {
        this.environment = environment;
        this.written = written;
        this.defaultBranch = defaultBranch;
    }

    Environment environment() {
        return environment;
    }

    /// Whether the file's own rule takes it.
    boolean fileTakes(Subject subject) {
        Environment.From from = environment.from();
        if (subject.trigger().kind() == Kind.PULL_REQUEST) {
            Triggers.Filter filter = from.pullRequests();
            return filter != null && filter.takes(subject.target(), subject.trigger().changes());
        }
        String tag = subject.tag();
        if (tag != null) {
            return from.tags() != null && Patterns.of(from.tags()).take(tag);
        }
        String branch = subject.branch();
        if (branch == null) {
            return false;
        }
        return from.byDefault()
                ? branch.equals(defaultBranch)
                : from.branches() != null && Patterns.of(from.branches()).take(branch);
    }

    /// Whether Slipway's own rule takes it.
    boolean defaultTakes(Subject subject) {
        boolean push = subject.trigger().kind() != Kind.PULL_REQUEST;
        return !environment.name().equals(PRODUCTION)
                || push && defaultBranch.equals(subject.branch());
    }

    /// The rule without its source: `staging takes main, release/**`.
    String rule() {
        return environment.name() + " takes " + what();
    }

    /// The rule that wins where the file would take more.
    String defaultRule() {
        return environment.name() + " takes only " + defaultBranch + DEFAULT;
    }

    /// The rule, what a rollout waits for, and the source of both.
    String text() {
        StringBuilder text = new StringBuilder(rule());
        if (environment.after() != null) {
            text.append(", after ").append(environment.after());
        }
        if (!environment.checks().isEmpty()) {
            text.append(", checked by ").append(String.join(", ", environment.checks()));
        }
        Environment.Approval approval = environment.approval();
        if (approval != null) {
            text.append(", approved by ").append(String.join(" or ", approval.by()));
            if (approval.expires() != null) {
                text.append(" within ").append(Amounts.shown(approval.expires()));
            }
        }
        Environment.Rollout rollout = environment.rollout();
        if (rollout != null) {
            text.append(", ").append(rollout.strategy().word());
            if (!rollout.steps().isEmpty()) {
                String shares =
                        String.join(", ", rollout.steps().stream().map(Object::toString).toList());
                text.append(" by ").append(shares).append(" percent");
            }
        }
        if (environment.expires() != null) {
            text.append(", gone ")
                    .append(Amounts.shown(environment.expires()))
                    .append(" after the last change");
        }
        text.append(written ? FILE : DEFAULT);
        boolean wider =
                written && environment.name().equals(PRODUCTION) && !what().equals(defaultBranch);
        return wider ? text + ", of these only " + defaultBranch + DEFAULT : text.toString();
    }

    private String what() {
        Environment.From from = environment.from();
        if (from.byDefault()) {
            return defaultBranch;
        }
        List<String> all = new ArrayList<>();
        add("", from.branches(), all);
        add("tags ", from.tags(), all);
        if (from.pullRequests() != null) {
            all.add("pull requests");
        }
        return String.join(", ", all);
    }

    private static void add(String kind, @Nullable List<String> names, List<String> all) {
        if (names != null) {
            all.add(kind + String.join(", ", names));
        }
    }
}
