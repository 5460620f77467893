package io.slipway.engine.definition;

import io.slipway.engine.event.Triggers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Where releases run, as the file says it.
///
/// @param name such as `production`
/// @param from what is rolled out here
/// @param after the environment that must have taken it first; null when not written
/// @param checks names of jobs that run after each rollout here
/// @param apps what differs here, by the app's name
/// @param approval null when nobody must agree
/// @param rollout null when not written
/// @param expires how long it lives without a change; null: for ever
public record Environment(
        String name,
        From from,
        @Nullable String after,
        List<String> checks,
        Map<String, Overrides> apps,
        @Nullable Approval approval,
        @Nullable Rollout rollout,
        @Nullable Duration expires) {

    /// The one that everybody has.
    public static final String PRODUCTION = "production";

    /// What is rolled out to an environment; nothing written stands for the default branch.
    ///
    /// @param branches patterns; null when not written
    /// @param tags patterns; null when not written
    /// @param pullRequests null when not written
    public record From(
            @Nullable List<String> branches,
            @Nullable List<String> tags,
            Triggers.@Nullable Filter pullRequests) {
        static final From DEFAULT = new From(null, null, null);

        /// Whether nothing is written.
        public boolean byDefault() {
            return branches == null && tags == null && pullRequests == null;
        }
    }

    /// What differs of an app; null is not written. Variables and secrets are added to the app's
    /// own, everything else takes its place.
    public record Overrides(
            @Nullable String host,
            Map<String, String> env,
            Map<String, String> secrets,
            @Nullable Scale scale,
            @Nullable Limits limits,
            App.@Nullable Health health,
            @Nullable List<App.Volume> volumes) {}

    /// How many containers.
    ///
    /// @param cpu the load in percent that is wanted; null: always `min`
    public record Scale(int min, int max, @Nullable Integer cpu) {}

    /// Who must agree before a rollout.
    ///
    /// @param by names; one of them is enough
    /// @param expires how long it waits; null: for ever
    public record Approval(List<String> by, @Nullable Duration expires) {
        /// Who must agree where nobody is named.
        static final String MAINTAINERS = "maintainers";
    }

    /// How traffic moves.
    ///
    /// @param steps shares of the traffic in percent, growing; empty unless it is a canary
    public record Rollout(Strategy strategy, List<Integer> steps) {
        /// Those of a canary that names none.
        static final List<Integer> STEPS = List.of(5, 25, 50);

        /// The way from the old release to the new one.
        public enum Strategy {
            /// Container by container.
            ROLLING,
            /// All at once, the old ones kept for a while.
            BLUE_GREEN,
            /// In growing shares.
            CANARY;

            /// By the word of the file: `blue-green`.
            static Strategy of(String word) {
                return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
            }

            /// As the file writes it.
            public String word() {
                return name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
        }
    }

    /// The preview that every pull request has where the file writes no environments.
    public static Environment preview() {
        return new Environment(
                "pr",
                new From(null, null, Triggers.DEFAULT.pullRequest()),
                null,
                List.of(),
                Map.of(),
                null,
                null,
                Duration.ofDays(3));
    }

    /// The one that is made of it for a pull request: `preview-12`.
    public Environment of(int pullRequest) {
        return new Environment(
                name + "-" + pullRequest, from, after, checks, apps, approval, rollout, expires);
    }

    /// One about which nothing is written.
    public static Environment named(String name) {
        return new Environment(name, From.DEFAULT, null, List.of(), Map.of(), null, null, null);
    }
}
