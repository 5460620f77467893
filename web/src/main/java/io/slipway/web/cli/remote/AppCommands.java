package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.ListText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/// The words that are about one app: its releases, back, again.
public final class AppCommands {
    private AppCommands() {}

    /// What they have in common.
    abstract static class OfApp extends ServerWord {
        @Parameters(index = "0", paramLabel = "APP", description = "the app's name")
        String app = "";

        @Option(
                names = {"-e", "--environment"},
                paramLabel = "ENVIRONMENT",
                description = "default: ${DEFAULT-VALUE}",
                defaultValue = "production")
        String environment = "production";

        String path(String word) {
            return projectPath()
                    + "/apps/"
                    + ApiClient.escaped(app)
                    + "/"
                    + word
                    + "?environment="
                    + ApiClient.escaped(environment);
        }
    }

    /// `slipway releases APP`.
    @Command(
            name = "releases",
            mixinStandardHelpOptions = true,
            description = "Lists an app's releases, the newest first.")
    public static final class Releases extends OfApp {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            return print(out, ListText.releases(api.getAll(path("releases"), "releases")));
        }
    }

    /// `slipway rollback APP [NUMBER]`.
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Rolls an earlier release out again; without NUMBER the one before.")
    public static final class Rollback extends OfApp {
        @Parameters(index = "1", arity = "0..1", paramLabel = "NUMBER", description = "the release")
        private @Nullable Integer number;

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            Map<String, Object> body = new LinkedHashMap<>();
            if (number != null) {
                body.put("release", number);
            }
            long run = api.send("POST", path("rollback"), body).path("run").asLong();
            return follow.follow(this, api, run);
        }
    }

    /// `slipway restart APP`.
    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Starts an app's live release anew, with no request dropped.")
    public static final class Restart extends OfApp {
        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            long run = api.send("POST", path("restart"), Map.of()).path("run").asLong();
            return follow.follow(this, api, run);
        }
    }
}
