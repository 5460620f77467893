package io.slipway.engine.plan;

import io.slipway.engine.gate.Place;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.workspace.Surroundings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A job of `jobs:`: steps in a container, on a workspace with the sources.
///
/// @param image reference as written; pulled when the engine does not have it
/// @param steps in order; the first that fails decides the job's outcome
/// @param env literal values for every step
/// @param directory where steps start, relative to the workspace; empty for its root
/// @param network false: no way out of the job's own network
/// @param timeout from the first step's begin to the end of the last
/// @param secrets variable to name in the project's configuration
/// @param retry when it is tried again by itself
/// @param generate file of the workspace whose jobs are added to the run; null for none
/// @param around what stands beside the steps and what they leave
/// @param checkout what the workspace holds before the first step
/// @param place the environment in which it does something; null for none
public record CheckSpec(
        String image,
        List<StepSpec> steps,
        Map<String, String> env,
        String directory,
        Resources resources,
        boolean network,
        Duration timeout,
        Map<String, String> secrets,
        Retry retry,
        @Nullable String generate,
        Surroundings around,
        Checkout checkout,
        @Nullable Place place)
        implements JobSpec {
    /// Specs of runs from before these were known say nothing of secrets and retry, of what is
    /// around and of the checkout.
    public CheckSpec(
            String image,
            List<StepSpec> steps,
            Map<String, String> env,
            String directory,
            Resources resources,
            boolean network,
            Duration timeout,
            @Nullable Map<String, String> secrets,
            @Nullable Retry retry,
            @Nullable String generate,
            @Nullable Surroundings around,
            @Nullable Checkout checkout,
            @Nullable Place place) {
        this.image = image;
        this.steps = steps;
        this.env = env;
        this.directory = directory;
        this.resources = resources;
        this.network = network;
        this.timeout = timeout;
        this.secrets = secrets == null ? Map.of() : secrets;
        this.retry = retry == null ? Retry.NONE : retry;
        this.generate = generate;
        this.around = around == null ? Surroundings.NONE : around;
        this.checkout = checkout == null ? Checkout.DEFAULT : checkout;
        this.place = place;
    }

    /// Without secrets, and tried again only by Slipway's own rule.
    public CheckSpec(
            String image,
            List<StepSpec> steps,
            Map<String, String> env,
            String directory,
            Resources resources,
            boolean network,
            Duration timeout) {
        this(
                image, steps, env, directory, resources, network, timeout, null, null, null, null,
                null, null);
    }

    /// The same with other values for some variables; they win over those of steps too, and stand
    /// in for secrets.
    public CheckSpec with(Map<String, String> values) {
        Map<String, String> others = new LinkedHashMap<>(secrets);
        others.keySet().removeAll(values.keySet());
        return new CheckSpec(
                image,
                steps.stream().map(step -> step.with(values)).toList(),
                more(env, values),
                directory,
                resources,
                network,
                timeout,
                others,
                retry,
                generate,
                around,
                checkout,
                place);
    }

    @Override
    public Optional<Duration> limit() {
        return Optional.of(timeout);
    }

    /// The same with other limits.
    public CheckSpec within(Resources limits, Duration longest) {
        return new CheckSpec(
                image, steps, env, directory, limits, network, longest, secrets, retry, generate,
                around, checkout, place);
    }

    static Map<String, String> more(Map<String, String> env, Map<String, String> values) {
        Map<String, String> all = new LinkedHashMap<>(env);
        all.putAll(values);
        return all;
    }
}
