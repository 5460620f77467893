package io.slipway.web.cli.run;

import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.step.GivenSecrets;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.remote.ConfigCommand;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The secrets that a run is given: by name on the command line, which every user of the machine
/// can read, and by value from a prompt, standard input or the environment.
///
/// @param fromEnvironment by name, whether the value is the environment's
record SecretWords(Map<String, Boolean> fromEnvironment) {
    private static final String ENVIRONMENT = "@env";

    /// @param words `NAME` or `NAME=@env`
    /// @throws Fault CONFIGURATION
    static SecretWords of(List<String> words) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (equals >= 0 && !word.substring(equals + 1).equals(ENVIRONMENT)) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot take --secret "
                                + name
                                + " with a value: every user of this machine could read it",
                        "write --secret " + name + ", or --secret " + name + "=@env");
            }
            Secret.checkName(name);
            names.put(name, equals >= 0);
        }
        return new SecretWords(names);
    }

    /// Takes the values that the jobs name.
    ///
    /// @throws Fault CONFIGURATION when one of them is not given
    GivenSecrets read(List<PlannedJob> jobs, Map<String, String> environment) throws IOException {
        Set<String> wanted = wanted(jobs);
        Map<String, Secret> values = new LinkedHashMap<>();
        String first = null;
        for (String name : fromEnvironment.keySet()) {
            if (!wanted.contains(name)) {
                continue;
            }
            boolean asked = !fromEnvironment.getOrDefault(name, false);
            if (asked && first != null && !ConfigCommand.asksPeople()) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot take " + name + ": standard input is the value of " + first,
                        "write --secret " + name + "=@env");
            }
            String value = asked ? ConfigCommand.asked(name) : in(environment, name);
            first = asked ? name : first;
            values.put(name, Secret.named(name, value));
        }
        return new GivenSecrets(values);
    }

    private static String in(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take " + name + ": it is not in the environment",
                    "export it, or write --secret " + name);
        }
        return value;
    }

    private Set<String> wanted(List<PlannedJob> jobs) {
        Set<String> wanted = new HashSet<>();
        for (PlannedJob job : jobs) {
            if (job.spec() instanceof CheckSpec check && job.when().skipped() == null) {
                require(job.name(), new TreeSet<>(check.secrets().values()));
                wanted.addAll(check.secrets().values());
            }
        }
        return wanted;
    }

    private void require(String job, Set<String> names) {
        List<String> missing =
                names.stream().filter(name -> !fromEnvironment.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot run "
                            + job
                            + ": "
                            + String.join(", ", missing)
                            + (missing.size() == 1 ? " has" : " have")
                            + " no value",
                    "slipway run --secret " + String.join(" --secret ", missing));
        }
    }
}
