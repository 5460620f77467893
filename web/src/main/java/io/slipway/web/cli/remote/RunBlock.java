package io.slipway.web.cli.remote;

import io.slipway.web.cli.Patience;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.RunBlockText;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/// A run in a terminal: one block of lines, drawn anew each second in the same place until the run
/// ends or waits for somebody. What is last drawn stays.
final class RunBlock {
    private static final String UP = "\u001b[%dF";
    private static final int ESTIMATE_EACH = 5;
    private static final String CLEAR_BELOW = "\u001b[J";

    private final ApiClient api;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean colours;
    private final Patience patience;
    private int drawn;

    RunBlock(ApiClient api, PrintWriter out, PrintWriter err, boolean colours, Patience patience) {
        this.api = api;
        this.out = out;
        this.err = err;
        this.colours = colours;
        this.patience = patience;
    }

    /// Asks for the run when the server says that it changed, and each five seconds for what is
    /// left of it.
    ///
    /// @return 0 when it passed or waits for somebody, 1 when it failed, 4 when it was cancelled, 5
    ///   when that took too long
    int follow(String project, long number) throws InterruptedException {
        RunFollower.leaveByCtrlC(out, err, project, number);
        String path = "/projects/" + ApiClient.escaped(project) + "/runs/" + number;
        try (RunEvents events = new RunEvents(api, project, number)) {
            events.changed(Duration.ZERO);
            JsonNode run = api.getPatiently(path);
            JsonNode estimate = api.getPatiently(path + "/estimate");
            for (int seconds = 1; ; seconds++) {
                draw(RunBlockText.of(project, run, estimate, Instant.now(), colours));
                if (run.path("state").asString("").equals("ended")) {
                    sayWhere(project, run);
                    return RunFollower.code(run.path("outcome").asString(""));
                }
                if (RunBlockText.waitsForSomebody(run)) {
                    return 0;
                }
                if (patience.isOver()) {
                    return patience.gaveUp(err, project, number);
                }
                boolean changed = events.changed(patience.left(Duration.ofSeconds(1)));
                if (changed) {
                    run = api.getPatiently(path);
                }
                if (changed || seconds % ESTIMATE_EACH == 0) {
                    estimate = api.getPatiently(path + "/estimate");
                }
            }
        }
    }

    /// Of what did not end well its page is told, as a last line.
    private void sayWhere(String project, JsonNode run) {
        if (RunFollower.code(run.path("outcome").asString("")) != 0) {
            String page = "/" + project + "/runs/" + run.path("number").asInt();
            out.println("  web    " + api.server().resolve(page));
            out.flush();
        }
    }

    private void draw(String text) {
        if (drawn > 0) {
            out.printf(UP, drawn);
        }
        out.print(CLEAR_BELOW + text);
        out.flush();
        drawn = (int) text.lines().count();
    }
}
