package io.slipway.engine.step;

import io.slipway.engine.run.Claim;

import java.util.LinkedHashMap;
import java.util.Map;

/// What every step finds in its environment, besides the file's own variables. Documented in
/// docs/environment.md.
final class StepEnvironment {
    private static final String BRANCH = "refs/heads/";
    private static final String TAG = "refs/tags/";

    private StepEnvironment() {}

    static Map<String, String> of(Claim.Job job, int attempt, String url) {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("SLIPWAY", "true");
        env.put("SLIPWAY_URL", url);
        env.put("SLIPWAY_PROJECT", job.project());
        env.put("SLIPWAY_RUN", Integer.toString(job.runNumber()));
        String page = url + "/" + job.project() + "/runs/" + job.runNumber();
        env.put("SLIPWAY_RUN_URL", url.isEmpty() ? "" : page);
        env.put("SLIPWAY_JOB", job.name());
        env.put("SLIPWAY_ATTEMPT", Integer.toString(attempt));
        env.put("SLIPWAY_EVENT", job.trigger());
        env.put("SLIPWAY_REF", job.ref());
        env.put("SLIPWAY_BRANCH", after(BRANCH, job.ref()));
        env.put("SLIPWAY_TAG", after(TAG, job.ref()));
        env.put("SLIPWAY_COMMIT", job.commit().hex());
        env.put("SLIPWAY_AUTHOR", job.author());
        env.put("SLIPWAY_WORKSPACE", Starter.WORKSPACE);
        env.put("SLIPWAY_ENV", Starter.FOLDER + "/env");
        env.put("SLIPWAY_OUTPUT", Starter.FOLDER + "/output");
        return env;
    }

    /// For jobs that reach the registry.
    static Map<String, String> of(RegistryAccess.Login login) {
        return Map.of(
                "SLIPWAY_REGISTRY", login.address(),
                "SLIPWAY_REGISTRY_USER", login.user(),
                "SLIPWAY_REGISTRY_PASSWORD", login.password());
    }

    private static String after(String prefix, String ref) {
        return ref.startsWith(prefix) ? ref.substring(prefix.length()) : "";
    }
}
