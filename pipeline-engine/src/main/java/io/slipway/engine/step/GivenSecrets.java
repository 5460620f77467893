package io.slipway.engine.step;

import io.slipway.engine.run.Claim;
import io.slipway.engine.secret.Secret;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Secrets that somebody gave for one run on their own machine. They are kept nowhere.
///
/// @param byName by the name that jobs call them
public record GivenSecrets(Map<String, Secret> byName) implements JobSecrets {
    @Override
    public Map<String, Secret> of(Claim claim, Map<String, String> wanted) {
        Map<String, Secret> values = new TreeMap<>();
        wanted.forEach(
                (variable, name) -> {
                    Secret value = byName.get(name);
                    if (value != null) {
                        values.put(variable, value);
                    }
                });
        return Map.copyOf(values);
    }

    @Override
    public Set<String> given() {
        return byName.keySet();
    }

    @Override
    public String remedy(String project, String name) {
        return "slipway run --secret " + name;
    }
}
