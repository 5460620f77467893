package io.slipway.engine.step;

import io.slipway.engine.run.Claim;
import io.slipway.engine.secret.Secret;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Secrets that somebody gave for one run on their own machine. They are kept nowhere.
///
/// @param byName by the name that jobs call them
public record GivenSecrets(Map<String, Secret> byName) implements JobSecrets {
    @Override
    public Values of(Claim claim, Map<String, String> wanted) {
        Map<String, Secret> values = new TreeMap<>();
        TreeSet<String> missing = new TreeSet<>();
        wanted.forEach(
                (variable, name) -> {
                    Secret value = byName.get(name);
                    if (value == null) {
                        missing.add(name);
                    } else {
                        values.put(variable, value);
                    }
                });
        return new Values(Map.copyOf(values), List.copyOf(missing));
    }

    @Override
    public String remedy(String project, String name) {
        return "slipway run --secret " + name;
    }
}
