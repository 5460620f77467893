package io.slipway.web.cli.look;

import io.slipway.web.cli.remote.Listing;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.EnvironmentText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.PrintWriter;

/// `slipway envs [ENVIRONMENT]`.
@Command(
        name = "envs",
        mixinStandardHelpOptions = true,
        description =
                "Lists environments with how their apps are, or shows what runs in one of them.")
public final class EnvsCommand extends Listing {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ENVIRONMENT",
            description = "default: all of them, in short")
    private @Nullable String environment;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        return environment == null
                ? print(out, Pages.fleet(api, ""), EnvironmentText::list)
                : print(
                        out,
                        Pages.fleet(api, "&environment=" + ApiClient.escaped(environment)),
                        EnvironmentText::one);
    }
}
