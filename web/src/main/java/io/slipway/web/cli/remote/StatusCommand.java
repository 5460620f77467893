package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.FleetText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway status`: what runs, what is live, what is wrong.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows projects, their newest run and their apps.")
public final class StatusCommand extends ServerWord {
    @Option(names = "--json", description = "print what the server answered")
    private boolean json;

    @Override
    int call(ApiClient api, PrintWriter out) throws InterruptedException {
        JsonNode fleet = api.get("/fleet");
        out.print(json ? fleet + System.lineSeparator() : FleetText.of(fleet));
        out.flush();
        return 0;
    }
}
