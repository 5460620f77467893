package io.slipway.web.cli.look;

import io.slipway.web.cli.remote.Listing;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.ListText;
import io.slipway.web.text.RunText;
import io.slipway.web.text.TraceText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintWriter;

/// The words that only look: projects, runs, one run's time.
public final class ListCommands {
    private ListCommands() {}

    /// `slipway projects`.
    @Command(
            name = "projects",
            mixinStandardHelpOptions = true,
            description = "Lists the projects that you may see, with their newest run.")
    public static final class Projects extends Listing {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            return print(out, api.getAll("/projects?limit=200", "projects"), ListText::projects);
        }
    }

    /// `slipway runs`.
    @Command(
            name = "runs",
            mixinStandardHelpOptions = true,
            description =
                    "Lists runs, the newest first: of this folder's project, or of all projects.")
    public static final class Runs extends Listing {
        @Option(names = "--all", description = "of all projects")
        private boolean all;

        @Option(names = "--branch", paramLabel = "BRANCH", description = "only of this branch")
        private @Nullable String branch;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "running, waiting, succeeded, failed, cancelled or skipped")
        private @Nullable String state;

        @Option(
                names = "--mine",
                description =
                        "only those that you pushed or started, or whose commit bears your name")
        private boolean mine;

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "30",
                description = "at most so many, up to 100; default: ${DEFAULT-VALUE}")
        private int limit = 30;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String query =
                    "/runs?limit="
                            + limit
                            + "&mine="
                            + mine
                            + filter("project", all ? null : projectIfAny().orElse(null))
                            + filter("branch", branch)
                            + filter("state", state);
            return print(out, api.get(query), RunText::list);
        }

        private static String filter(String name, @Nullable String value) {
            return value == null ? "" : "&" + name + "=" + ApiClient.escaped(value);
        }
    }

    /// `slipway trace RUN`.
    @Command(
            name = "trace",
            mixinStandardHelpOptions = true,
            description = "Shows where a run's time went, and what decided how long it took.")
    public static final class Trace extends Listing {
        @Parameters(index = "0", paramLabel = "RUN", description = "the run's number")
        private int run;

        @Option(
                names = "--otlp",
                description = "print it as OpenTelemetry's JSON, for a collector's /v1/traces")
        private boolean otlp;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String path = projectPath() + "/runs/" + run + "/trace";
            if (!otlp) {
                return print(out, api.get(path), TraceText::of);
            }
            out.println(api.get(path + "/otlp"));
            out.flush();
            return 0;
        }
    }
}
