package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What one run, release or branch has that another has not.
public final class CompareText {
    private CompareText() {}

    /// @param answer of `/compare`
    public static String of(JsonNode answer) {
        Columns head = new Columns();
        head.line(
                Said.text(answer.path("project")),
                side(answer.path("from")) + " → " + side(answer.path("to")));
        StringBuilder text = new StringBuilder(head.toString());
        commits(text, "+", answer.path("added"));
        commits(text, "-", answer.path("removed"));
        if (answer.path("added").isEmpty() && answer.path("removed").isEmpty()) {
            text.append("the same commit\n");
        }
        if (answer.path("more").asBoolean(false)) {
            text.append("and more\n");
        }
        List<String> names = new ArrayList<>();
        answer.path("configuration").forEach(name -> names.add(name.asString("")));
        if (!names.isEmpty()) {
            text.append("configuration: ")
                    .append(Columns.clean(String.join(", ", names)))
                    .append('\n');
        }
        if (answer.path("files").isArray()) {
            text.append(answer.path("files").size()).append(" files differ\n");
        }
        return text.toString();
    }

    private static String side(JsonNode side) {
        JsonNode release = side.path("release");
        String name =
                release.isObject()
                        ? Said.text(release.path("app"))
                                + " #"
                                + release.path("number").asInt()
                                + " in "
                                + Said.text(release.path("environment"))
                        : side.path("run").isNumber()
                                ? "run " + side.path("run").asInt()
                                : Said.text(side.path("name"));
        return name + " (" + Said.commit(side) + ")";
    }

    private static void commits(StringBuilder text, String mark, JsonNode commits) {
        Columns lines = new Columns();
        for (JsonNode commit : commits) {
            lines.line(
                    mark + " " + Said.commit(commit),
                    Said.at(commit.path("at")),
                    Said.text(commit.path("author")),
                    Said.text(commit.path("subject")));
        }
        text.append(lines);
    }
}
