package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway watch [RUN]`: a run as it goes on, to its end.
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description =
                "Follows a run to its end: in a terminal as a block that is drawn anew, elsewhere"
                        + " as lines. Ctrl-C stops watching and not the run.")
public final class WatchCommand extends ServerWord {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RUN",
            description = "the run's number; default: the project's newest")
    private @Nullable Integer run;

    @Mixin private FollowFlags follow = new FollowFlags();

    @Option(
            names = "--json",
            description = "each job that ends and at last the run, as a line of JSON")
    private boolean json;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        int number = run == null ? newest(api) : run;
        return follow.follow(this, api, number, json);
    }

    private int newest(ApiClient api) throws InterruptedException {
        JsonNode latest = api.get(projectPath()).path("latestRun");
        if (!latest.isObject()) {
            throw new Fault(
                    Kind.NOT_FOUND,
                    "cannot watch: " + project() + " has no run yet",
                    "git push starts one");
        }
        return latest.path("number").asInt();
    }
}
