package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/// The words about runs that no push starts.
public final class StartCommands {
    private StartCommands() {}

    /// `slipway start [BRANCH]`.
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description =
                    "Starts a run of a branch's latest commit, as on.manual of its file allows.")
    public static final class Start extends ServerWord {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "BRANCH",
                description = "default: the default branch")
        private @Nullable String branch;

        @Option(
                names = {"-i", "--input"},
                paramLabel = "NAME=VALUE",
                description = "fills an input; may be given several times")
        private Map<String, String> inputs = new LinkedHashMap<>();

        @Option(names = "--no-wait", description = "ends once the run has begun")
        private boolean leaves;

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            Map<String, Object> wish = new LinkedHashMap<>();
            wish.put("id", UUID.randomUUID().toString());
            wish.put("inputs", inputs);
            if (branch != null) {
                wish.put("branch", branch);
            }
            int run = api.send("POST", projectPath() + "/start", wish).path("run").asInt();
            out.println("run " + run + " of " + project() + " is started");
            out.flush();
            return leaves ? 0 : follow.follow(this, api, run);
        }
    }

    /// `slipway schedules`.
    @Command(
            name = "schedules",
            mixinStandardHelpOptions = true,
            description = "Lists when runs of the project start by themselves.")
    public static final class All extends ServerWord {
        @Option(names = "--pause", paramLabel = "ID", description = "leaves this one out")
        private @Nullable Long pause;

        @Option(
                names = "--resume",
                paramLabel = "ID",
                description = "takes it up again; what came meanwhile is not made up for")
        private @Nullable Long resume;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            if (pause != null) {
                api.send("POST", path() + "/" + pause + "/pause", Map.of());
            }
            if (resume != null) {
                api.send("POST", path() + "/" + resume + "/resume", Map.of());
            }
            JsonNode all = api.get(path()).path("schedules");
            all.forEach(one -> out.println(line(one)));
            if (all.isEmpty()) {
                out.println(
                        "none: write on: { schedule: [{ cron: \"0 3 * * *\" }] } on the default"
                                + " branch");
            }
            out.flush();
            return 0;
        }

        private String path() {
            return projectPath() + "/schedules";
        }

        private static String line(JsonNode one) {
            String branch = one.path("branch").asString("the default branch");
            boolean never = one.path("dueAt").isNull();
            String next = never ? "never" : "next " + one.path("dueAt").asString();
            String last =
                    one.path("lastRun").isNull() ? "" : ", last run " + one.path("lastRun").asInt();
            String reason = one.path("lastReason").asString("");
            return "%d  %s %s  %s: %s%s%s"
                    .formatted(
                            one.path("id").asLong(),
                            one.path("cron").asString(),
                            one.path("zone").asString(),
                            branch,
                            one.path("paused").asBoolean() ? "paused" : next,
                            last,
                            reason.isEmpty() ? "" : ", nothing started: " + reason);
        }
    }
}
