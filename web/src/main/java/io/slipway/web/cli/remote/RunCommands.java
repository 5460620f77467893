package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.TrustText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/// The words that are about one run, or all of a project: again, enough, go on.
public final class RunCommands {
    private RunCommands() {}

    /// What they have in common.
    abstract static class OfRun extends ServerWord {
        @Parameters(index = "0", paramLabel = "RUN", description = "the run's number")
        int run;
    }

    /// `slipway retry RUN`.
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Tries what failed in a run again; its success moves the branch.")
    public static final class Retry extends OfRun {
        @Option(names = "--all", description = "everything, not only what failed")
        private boolean all;

        @Option(
                names = "--job",
                paramLabel = "JOB",
                description = "this one alone, and what needed it and has not succeeded")
        private @Nullable String job;

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send(
                    "POST",
                    projectPath() + "/runs/" + run + "/retry",
                    job == null ? Map.of("all", all) : Map.of("job", job));
            return follow.follow(this, api, run);
        }
    }

    /// `slipway cancel RUN`.
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Cancels what has not ended of a run.")
    public static final class Cancel extends OfRun {
        @Option(names = "--job", paramLabel = "JOB", description = "this one alone")
        private @Nullable String job;

        @Mixin private FollowFlags follow = new FollowFlags();

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send(
                    "POST",
                    projectPath() + "/runs/" + run + "/cancel",
                    job == null ? Map.of() : Map.of("job", job));
            int code = follow.follow(this, api, run);
            return code == 4 ? 0 : code;
        }
    }

    /// `slipway approve RUN [ENVIRONMENT]`.
    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description =
                    "Lets the rollouts of a run, or a fork's run, begin that wait for somebody to"
                            + " agree.")
    public static final class Approve extends OfRun {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "ENVIRONMENT",
                description = "default: the only one that the run waits for")
        private @Nullable String environment;

        @Option(names = "--reject", description = "ends them instead; needs --why")
        private boolean reject;

        @Option(names = "--why", paramLabel = "TEXT", description = "kept with what you say")
        private @Nullable String why;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            Map<String, Object> word = new LinkedHashMap<>();
            word.put("reject", reject);
            if (environment != null) {
                word.put("environment", environment);
            }
            if (why != null) {
                word.put("why", why);
            }
            String path = projectPath() + "/runs/" + run + "/approvals";
            JsonNode trust = api.get(path).path("trust");
            if (environment == null && trust.path("open").asBoolean(false)) {
                seen(trust, word, out);
            }
            JsonNode answer = api.send("POST", path, word);
            String where = answer.path("environment").asString("");
            long goesOn = answer.path("run").asLong(run);
            String done = (reject ? "rejected" : "approved") + ": run " + goesOn;
            out.println(done + (where.isEmpty() ? "" : " for " + where));
            out.flush();
            return 0;
        }
    }

    /// Says of a fork's run what is agreed to, and holds the server to it.
    private static void seen(JsonNode trust, Map<String, Object> word, PrintWriter out) {
        word.put("commit", trust.path("commit").asString(""));
        word.put("definition", trust.path("definition").asString(""));
        out.println(TrustText.seen(trust));
    }

    /// `slipway pause`.
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Begins nothing of the project any more; what runs goes on to its end.")
    public static final class Pause extends ServerWord {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("POST", projectPath() + "/pause", Map.of());
            out.println(project() + " is paused: slipway resume lets it go on");
            out.flush();
            return 0;
        }
    }

    /// `slipway resume`.
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lets a paused project go on.")
    public static final class Resume extends ServerWord {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("POST", projectPath() + "/resume", Map.of());
            out.println(project() + " goes on");
            out.flush();
            return 0;
        }
    }
}
