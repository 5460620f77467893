package io.slipway.web.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintWriter;
import java.util.Map;

/// The words that are about one run: again, enough.
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

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("POST", projectPath() + "/runs/" + run + "/retry", Map.of("all", all));
            return new RunFollower(api, out).follow(project(), run);
        }
    }

    /// `slipway cancel RUN`.
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Cancels what has not ended of a run.")
    public static final class Cancel extends OfRun {
        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("POST", projectPath() + "/runs/" + run + "/cancel", Map.of());
            int code = new RunFollower(api, out).follow(project(), run);
            return code == 4 ? 0 : code;
        }
    }
}
