package io.slipway.web.cli.look;

import io.slipway.web.cli.remote.Listing;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.FleetText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintWriter;

/// `slipway status`: what runs, what is live, what is wrong.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Shows what fails, moves and waits, then apps where they run; of many, those that"
                        + " are not in step.")
public final class StatusCommand extends Listing {
    @Option(names = "--all", description = "every app, also those that are in step")
    private boolean all;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        return print(out, Pages.fleet(api, ""), all ? FleetText::all : FleetText::of);
    }
}
