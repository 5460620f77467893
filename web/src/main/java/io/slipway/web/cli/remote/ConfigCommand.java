package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `slipway config set|unset|list`: what apps see as environment, plain and secret.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        subcommands = {
            ConfigCommand.Set.class,
            ConfigCommand.Unset.class,
            ConfigCommand.Listing.class
        },
        description = "Sets what apps see as environment; each change is a new release.")
public final class ConfigCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which word? set, unset or list");
    }

    /// Whether a value is asked for at a prompt; else it is what standard input holds.
    public static boolean asksPeople() {
        return terminal() != null;
    }

    static @Nullable Console terminal() {
        Console console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    /// A value that is not shown while it is typed, or all of standard input.
    public static String asked(String name) throws IOException {
        Console terminal = terminal();
        if (terminal != null) {
            char[] typed = terminal.readPassword("%s: ", name);
            if (typed == null || typed.length == 0) {
                throw new Fault(
                        Kind.CONFIGURATION, "cannot set " + name + ": no value was typed", "");
            }
            return new String(typed);
        }
        String text = new String(System.in.readNBytes(64 << 10), StandardCharsets.UTF_8);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /// What they have in common.
    abstract static class Word extends ServerWord {
        @Option(
                names = {"-a", "--app"},
                paramLabel = "APP",
                description = "only this app; default: every app of the project")
        @Nullable String app;

        String path() {
            return projectPath()
                    + "/config"
                    + (app == null ? "" : "?app=" + ApiClient.escaped(app));
        }

        /// @param same what is said when nothing changed
        int change(ApiClient api, FollowFlags follow, Map<String, Object> body, String same)
                throws InterruptedException {
            PrintWriter out = out();
            int before = api.get(path()).path("version").asInt();
            JsonNode changed = api.send("PATCH", path(), body);
            int worst = 0;
            for (JsonNode run : changed.path("runs")) {
                worst = Math.max(worst, follow.follow(this, api, run.asLong()));
            }
            if (changed.path("version").asInt() == before) {
                out.println("nothing changed: " + same);
            } else if (changed.path("runs").isEmpty()) {
                out.println(
                        app == null
                                ? "kept; jobs that name it see it from the next run on, apps from"
                                        + " their next rollout on"
                                : "kept; the next rollout of " + app + " takes it");
            }
            return worst;
        }
    }

    /// `slipway config set KEY=value...`, `slipway config set KEY --secret`.
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description =
                    "Sets values: KEY=value..., or KEY --secret with the value from a prompt or"
                            + " standard input.")
    public static final class Set extends Word {
        @Parameters(arity = "1..*", paramLabel = "KEY[=VALUE]")
        private List<String> words = List.of();

        @Option(names = "--secret", description = "the value is asked for, and never shown again")
        private boolean secret;

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws Exception {
            Map<String, String> values = new LinkedHashMap<>();
            for (String word : words) {
                int equals = word.indexOf('=');
                if (secret == equals >= 0) {
                    throw new ParameterException(
                            spec.commandLine(),
                            secret
                                    ? "with --secret give the name only: a value here can be read"
                                            + " by every user of this machine"
                                    : "'"
                                            + word
                                            + "' has no value: write "
                                            + word
                                            + "=VALUE, or --secret");
                }
                if (secret) {
                    values.put(word, asked(word));
                } else {
                    values.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
            return change(
                    api,
                    follow,
                    Map.of(secret ? "secrets" : "set", values),
                    String.join(", ", values.keySet())
                            + " had "
                            + (values.size() == 1 ? "that value" : "those values")
                            + " already");
        }
    }

    /// `slipway config unset KEY...`.
    @Command(name = "unset", mixinStandardHelpOptions = true, description = "Removes values.")
    public static final class Unset extends Word {
        @Parameters(arity = "1..*", paramLabel = "KEY")
        private List<String> names = List.of();

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws Exception {
            return change(
                    api,
                    follow,
                    Map.of("unset", names),
                    String.join(", ", names) + (names.size() == 1 ? " is" : " are") + " not set");
        }
    }

    /// `slipway config list`.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists what is set; values of secrets are never shown.")
    public static final class Listing extends Word {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws Exception {
            for (JsonNode value : api.get(path()).path("values")) {
                String text =
                        value.path("secret").asBoolean()
                                ? "[secret]"
                                : value.path("value").asString("");
                String reach =
                        value.path("app").isNull()
                                ? ""
                                : "   (" + value.path("app").asString("") + ")";
                out.println(value.path("name").asString("") + "=" + text + reach);
            }
            return 0;
        }
    }
}
