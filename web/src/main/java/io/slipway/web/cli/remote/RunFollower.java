package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.TrustText;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Shows a run until it ends: one line for each job that ends, the cause last.
final class RunFollower {
    private final ApiClient api;
    private final PrintWriter out;

    RunFollower(ApiClient api, PrintWriter out) {
        this.api = api;
        this.out = out;
    }

    /// Looks when the server says that something changed, and once a second where that is cut off.
    ///
    /// @param project its name
    /// @return 0 when it passed, 1 when it failed, 4 when it was cancelled
    int follow(String project, long number) throws InterruptedException {
        String path = "/projects/" + ApiClient.escaped(project) + "/runs/" + number;
        String topic = ApiClient.escaped("run:" + project + "/" + number);
        Set<Long> told = new HashSet<>();
        Optional<Integer> end = look(path, number, told);
        while (end.isEmpty()) {
            try (BufferedReader events = api.lines("/stream?topics=" + topic)) {
                for (String line = events.readLine();
                        line != null && end.isEmpty();
                        line = events.readLine()) {
                    end = line.equals("event: changed") ? look(path, number, told) : end;
                }
            } catch (IOException e) {
                Thread.sleep(1_000); // the server restarts
                end = look(path, number, told);
            }
        }
        return end.get();
    }

    private Optional<Integer> look(String path, long number, Set<Long> told)
            throws InterruptedException {
        JsonNode run = api.getPatiently(path);
        for (JsonNode job : run.path("jobs")) {
            if (job.path("state").asString("").equals("ended")
                    && told.add(job.path("id").asLong())) {
                out.printf(
                        "  %-24s %-10s %s%n",
                        job.path("name").asString(""),
                        job.path("outcome").asString(""),
                        job.path("summary").asString(""));
                out.flush();
            }
        }
        if (run.path("state").asString("").equals("ended")) {
            return Optional.of(end(run, number));
        }
        return waitsForSomebody(run, number) ? Optional.of(0) : Optional.empty();
    }

    /// What waits for a person may wait for days.
    private boolean waitsForSomebody(JsonNode run, long number) {
        List<JsonNode> asking = new ArrayList<>();
        for (JsonNode job : run.path("jobs")) {
            String state = job.path("state").asString("");
            if (state.equals("running") || state.equals("queued")) {
                return false;
            }
            String waits = job.path("waits").asString("");
            if (waits.equals("trust")) {
                out.println("  " + TrustText.waits(job));
                out.flush();
                return true;
            }
            if (waits.equals("approval")) {
                asking.add(job);
            }
        }
        for (JsonNode job : asking) {
            String by = job.path("waitsDetail").asString("");
            out.printf(
                    "  %-24s waits for approval%s%n",
                    job.path("name").asString(""), by.isEmpty() ? "" : " by " + by);
            out.println("  slipway approve " + number + " " + job.path("environment").asString(""));
        }
        out.flush();
        return !asking.isEmpty();
    }

    private int end(JsonNode run, long number) {
        String outcome = run.path("outcome").asString("");
        boolean passed = outcome.equals("succeeded") || outcome.equals("skipped");
        if (!passed) {
            out.println("run " + number + " " + outcome + ": " + run.path("reason").asString(""));
            out.flush();
        }
        return passed ? 0 : outcome.equals("cancelled") ? 4 : 1;
    }
}
