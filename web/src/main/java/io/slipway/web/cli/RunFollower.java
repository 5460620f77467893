package io.slipway.web.cli;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;

/// Shows a run until it ends: one line for each job that ends, the cause last.
final class RunFollower {
    private final ApiClient api;
    private final PrintWriter out;

    RunFollower(ApiClient api, PrintWriter out) {
        this.api = api;
        this.out = out;
    }

    /// @param project as a part of an API path
    /// @return 0 when it passed, 1 when it failed, 4 when it was cancelled
    int follow(String project, long number) throws InterruptedException {
        Set<Long> told = new HashSet<>();
        while (true) {
            JsonNode run = api.get(project + "/runs/" + number);
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
                return end(run, number);
            }
            Thread.sleep(250);
        }
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
