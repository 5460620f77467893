package io.slipway.engine.secret;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What the pipeline file says about an app's environment.
///
/// @param env literal values
/// @param secrets what must have a value: variable -> name in the configuration
/// @param port what `PORT` is, over everything else; null: not Slipway's to say
public record Wanted(Map<String, String> env, Map<String, String> secrets, @Nullable Integer port) {
    public Wanted {
        env = Map.copyOf(env);
        secrets = Map.copyOf(secrets);
    }
}
