package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.RunBlockText;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.time.Instant;

/// A run in a terminal: one block of lines, drawn anew each second in the same place until the run
/// ends or waits for somebody. What is last drawn stays.
final class RunBlock {
    private static final String UP = "\u001b[%dF";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final ApiClient api;
    private final PrintWriter out;
    private final boolean colours;
    private int drawn;

    RunBlock(ApiClient api, PrintWriter out, boolean colours) {
        this.api = api;
        this.out = out;
        this.colours = colours;
    }

    /// @return 0 when it passed or waits for somebody, 1 when it failed, 4 when it was cancelled
    int follow(String project, int number) throws InterruptedException {
        String path = "/projects/" + ApiClient.escaped(project) + "/runs/" + number;
        while (true) {
            JsonNode run = api.get(path);
            boolean ended = run.path("state").asString("").equals("ended");
            JsonNode estimate = api.get(path + "/estimate");
            String text = RunBlockText.of(project, run, estimate, Instant.now(), colours);
            if (drawn > 0) {
                out.printf(UP, drawn);
            }
            out.print(CLEAR_BELOW + text);
            out.flush();
            drawn = (int) text.lines().count();
            if (ended) {
                String outcome = run.path("outcome").asString("");
                return switch (outcome) {
                    case "succeeded", "skipped" -> 0;
                    case "cancelled" -> 4;
                    default -> 1;
                };
            }
            if (RunBlockText.waitsForSomebody(run)) {
                return 0;
            }
            Thread.sleep(1_000);
        }
    }
}
