package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What Slipway applies to a cluster for an app, and what that would change.
public final class ManifestText {
    /// Lines around what differs.
    private static final int AROUND = 2;

    private ManifestText() {}

    /// A stream of YAML documents.
    ///
    /// @param answer of `/manifests`
    public static String of(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        for (JsonNode object : answer.path("objects")) {
            String manifest = object.path("manifest").asString("");
            text.append(manifest.startsWith("---") ? "" : "---\n").append(manifest);
        }
        return text.toString();
    }

    /// Each object that would be another one.
    ///
    /// @param answer of `/manifests?diff=true`
    public static String difference(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        for (JsonNode object : answer.path("objects")) {
            String name = Said.text(object.path("name"));
            String now = object.path("now").asString("");
            if (object.path("refused").isString()) {
                text.append("! ").append(name).append('\n');
                text.append("  ").append(Said.text(object.path("refused"))).append('\n');
            } else if (!now.equals(object.path("then").asString(""))) {
                text.append(now.isEmpty() ? "+ " : "~ ").append(name).append('\n');
                lines(text, lines(now), lines(object.path("then").asString("")));
            }
        }
        return text.isEmpty() ? "nothing would change\n" : text.toString();
    }

    private static List<String> lines(String yaml) {
        return yaml.lines().filter(line -> !line.equals("---")).map(Columns::clean).toList();
    }

    private static void lines(StringBuilder text, List<String> now, List<String> then) {
        List<String> marked = marked(now, then);
        int shown = -1;
        for (int i = 0; i < marked.size(); i++) {
            if (!near(marked, i)) {
                continue;
            }
            if (shown >= 0 && i > shown + 1) {
                text.append("    ...\n");
            }
            text.append("  ").append(marked.get(i)).append('\n');
            shown = i;
        }
    }

    private static boolean near(List<String> marked, int at) {
        for (int i = at - AROUND; i <= at + AROUND; i++) {
            if (i >= 0 && i < marked.size() && !marked.get(i).startsWith(" ")) {
                return true;
            }
        }
        return false;
    }

    /// All lines of both, with `-` before those that go and `+` before those that come: what stays
    /// is the longest common part.
    private static List<String> marked(List<String> now, List<String> then) {
        int[][] common = new int[now.size() + 1][then.size() + 1];
        for (int i = now.size() - 1; i >= 0; i--) {
            for (int j = then.size() - 1; j >= 0; j--) {
                common[i][j] =
                        now.get(i).equals(then.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> marked = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < now.size() || j < then.size()) {
            if (i < now.size() && j < then.size() && now.get(i).equals(then.get(j))) {
                marked.add("  " + now.get(i++));
                j++;
            } else if (j == then.size()
                    || (i < now.size() && common[i + 1][j] >= common[i][j + 1])) {
                marked.add("- " + now.get(i++));
            } else {
                marked.add("+ " + then.get(j++));
            }
        }
        return marked;
    }
}
