package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Environments: all of them in short, and one in full.
public final class EnvironmentText {
    private EnvironmentText() {}

    /// What `slipway envs` prints.
    ///
    /// @param fleet the answer of `/fleet`
    public static String list(JsonNode fleet) {
        Columns lines = new Columns();
        for (JsonNode name : fleet.path("environments")) {
            lines.line(summary(fleet, name.asString("")));
        }
        return fleet.path("environments").isEmpty()
                ? "nothing was rolled out yet: git push does that\n"
                : lines.toString();
    }

    private static List<String> summary(JsonNode fleet, String environment) {
        int apps = 0;
        int bad = 0;
        int moving = 0;
        int behind = 0;
        for (JsonNode project : fleet.path("projects")) {
            for (JsonNode app : project.path("apps")) {
                if (Said.text(app.path("environment")).equals(environment)) {
                    apps++;
                    bad += FleetText.isBad(app) ? 1 : 0;
                    moving += FleetText.isMoving(app) ? 1 : 0;
                    behind += app.path("behind").asInt(0) > 0 ? 1 : 0;
                }
            }
        }
        List<String> words = new ArrayList<>();
        count(words, bad, "failing");
        count(words, moving, "moving");
        count(words, behind, "behind its branch");
        String mark = bad > 0 ? "✗" : moving > 0 ? "◐" : "✓";
        return List.of(
                mark + " " + environment,
                apps + (apps == 1 ? " app" : " apps"),
                words.isEmpty() ? "in step" : String.join(", ", words));
    }

    private static void count(List<String> words, int number, String what) {
        if (number > 0) {
            words.add(number + " " + what);
        }
    }

    /// What `slipway envs ENVIRONMENT` prints.
    ///
    /// @param fleet the answer of `/fleet` with that environment alone
    public static String one(JsonNode fleet) {
        String name = fleet.path("environments").path(0).asString("");
        if (name.isEmpty()) {
            return "nothing was rolled out there\n";
        }
        Columns lines = new Columns();
        lines.line(name.toUpperCase(Locale.ROOT), "RELEASE", "COMMIT", "SINCE", "ADDRESS");
        for (JsonNode project : fleet.path("projects")) {
            for (JsonNode app : project.path("apps")) {
                String commit = Said.commit(app);
                lines.line(
                        Said.text(project.path("name")) + " " + Said.text(app.path("app")),
                        FleetText.place(app),
                        commit.isEmpty() ? "-" : commit,
                        Said.at(app.path("since")),
                        Said.text(app.path("url")));
            }
        }
        return lines.toString();
    }
}
