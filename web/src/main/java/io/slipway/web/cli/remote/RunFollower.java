package io.slipway.web.cli.remote;

import io.slipway.web.cli.Patience;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.RunLineText;

import sun.misc.Signal;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Shows a run until it ends: one line for each thing that happens, the cause last.
final class RunFollower {
    /// What a shell takes for "ended by Ctrl-C".
    private static final int CTRL_C = 130;

    private static final Duration A_WHILE = Duration.ofSeconds(10);

    private final ApiClient api;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private final Patience patience;
    private final Set<Long> told = new HashSet<>();
    private boolean begun;

    /// @param json whether each line is what the server answered: jobs as they end, at last the run
    RunFollower(ApiClient api, PrintWriter out, PrintWriter err, boolean json, Patience patience) {
        this.api = api;
        this.out = out;
        this.err = err;
        this.json = json;
        this.patience = patience;
    }

    /// Looks when the server says that something changed, and once a second where that is cut off.
    ///
    /// @param project its name
    /// @return 0 when it passed or waits for somebody, 1 when it failed, 4 when it was cancelled, 5
    ///   when that took too long
    int follow(String project, long number) throws InterruptedException {
        leaveByCtrlC(out, err, project, number);
        String path = "/projects/" + ApiClient.escaped(project) + "/runs/" + number;
        try (RunEvents events = new RunEvents(api, project, number)) {
            Optional<Integer> end = look(project, path);
            while (end.isEmpty()) {
                if (patience.isOver()) {
                    return patience.gaveUp(err, project, number);
                }
                if (events.changed(patience.left(A_WHILE))) {
                    end = look(project, path);
                }
            }
            return end.get();
        }
    }

    /// From here on Ctrl-C ends this process at once and not the run, and says so.
    ///
    /// @param out what was printed so far goes there first
    /// @param err gets the words
    static void leaveByCtrlC(PrintWriter out, PrintWriter err, String project, long run) {
        Signal.handle(
                new Signal("INT"),
                signal -> {
                    out.flush();
                    err.println();
                    err.println(
                            "stopped watching; run %d goes on: slipway watch %d -p %s"
                                    .formatted(run, run, project));
                    err.flush();
                    Runtime.getRuntime().halt(CTRL_C);
                });
    }

    private Optional<Integer> look(String project, String path) throws InterruptedException {
        JsonNode run = api.getPatiently(path);
        if (!begun) {
            begun = true;
            say(json ? "" : RunLineText.begins(project, run));
        }
        for (JsonNode job : run.path("jobs")) {
            if (job.path("state").asString("").equals("ended")
                    && told.add(job.path("id").asLong())) {
                say(json ? job.toString() : RunLineText.ended(project, run, job));
            }
        }
        if (run.path("state").asString("").equals("ended")) {
            String page = api.server().resolve("/" + project + "/runs/").toString();
            String url = page + run.path("number").asInt();
            say(json ? run.toString() : RunLineText.over(project, run, url));
            return Optional.of(code(run.path("outcome").asString("")));
        }
        List<JsonNode> asking = asking(run);
        for (JsonNode job : asking) {
            say(json ? job.toString() : RunLineText.asks(project, run, job, Instant.now()));
        }
        return asking.isEmpty() ? Optional.empty() : Optional.of(0);
    }

    private void say(String line) {
        if (!line.isEmpty()) {
            out.println(line);
            out.flush();
        }
    }

    /// The jobs that wait for a person, once nothing else moves: that may take days.
    private static List<JsonNode> asking(JsonNode run) {
        List<JsonNode> asking = new ArrayList<>();
        for (JsonNode job : run.path("jobs")) {
            String waits = job.path("waits").asString("");
            String state = job.path("state").asString("");
            if (state.equals("running") || state.equals("queued")) {
                return List.of();
            }
            if (waits.equals("trust")) {
                return List.of(job);
            }
            if (waits.equals("approval")) {
                asking.add(job);
            }
        }
        return asking;
    }

    /// @return the exit code of whoever followed a run that ended so
    static int code(String outcome) {
        return switch (outcome) {
            case "succeeded", "skipped" -> 0;
            case "cancelled" -> 4;
            default -> 1;
        };
    }
}
