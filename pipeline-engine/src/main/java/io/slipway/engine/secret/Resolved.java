package io.slipway.engine.secret;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An app's environment. No variable is in both maps.
///
/// @param env what may be seen
/// @param secrets what may not, and is masked in logs
/// @param missing names of secrets without a value, sorted: with any, nothing may be rolled out
/// @param version of the project's configuration that this is; 0 when nothing was ever set
public record Resolved(
        Map<String, String> env, Map<String, Secret> secrets, List<String> missing, int version) {

    /// Everything, as the container gets it.
    public Map<String, String> revealed() {
        Map<String, String> all = new TreeMap<>(env);
        secrets.forEach((name, secret) -> all.put(name, secret.reveal()));
        return all;
    }
}
