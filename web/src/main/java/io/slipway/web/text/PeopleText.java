package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

/// People, what they are, and what they did.
public final class PeopleText {
    private PeopleText() {}

    /// What `slipway people list` prints.
    ///
    /// @param answer of `/people`
    public static String people(JsonNode answer) {
        if (answer.path("people").isEmpty()) {
            return "nobody was invited yet: slipway people invite NAME\n";
        }
        Columns lines = new Columns();
        for (JsonNode person : answer.path("people")) {
            lines.line(Said.text(person.path("name")), or(person.path("role"), "-"), state(person));
        }
        return lines + Said.more(answer);
    }

    private static String state(JsonNode person) {
        if (!Said.text(person.path("disabledAt")).isEmpty()) {
            return "disabled";
        }
        if (person.path("invited").asBoolean(false)) {
            return "invited";
        }
        return person.path("hasPassword").asBoolean(false) ? "" : "no password";
    }

    /// What `slipway members list` prints.
    ///
    /// @param answer of `/projects/{project}/members`
    public static String members(JsonNode answer) {
        if (answer.path("members").isEmpty() && answer.path("everywhere").isEmpty()) {
            return "only the operator\n";
        }
        Columns lines = new Columns();
        for (JsonNode member : answer.path("members")) {
            lines.line(Said.text(member.path("name")), Said.text(member.path("role")), "");
        }
        for (JsonNode member : answer.path("everywhere")) {
            lines.line(
                    Said.text(member.path("name")), Said.text(member.path("role")), "everywhere");
        }
        return lines + Said.more(answer);
    }

    /// @param answer of `/audit` or `/projects/{project}/audit`
    public static String audit(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        for (JsonNode entry : answer.path("entries")) {
            text.append(entry(entry)).append('\n');
        }
        return text.isEmpty() ? "nothing was done that is like that\n" : text.toString();
    }

    /// One line of what `slipway audit` prints. Subjects are what people wrote, so they are made
    /// safe for a terminal.
    ///
    /// @param entry of the answer of `/audit`
    public static String entry(JsonNode entry) {
        String detail = entry.path("detail").isEmpty() ? "" : entry.path("detail").toString();
        String line =
                "%s  %-16s  %-15s  %-16s  %s  %s  %s"
                        .formatted(
                                Said.at(entry.path("at")),
                                or(entry.path("who"), "slipway"),
                                or(entry.path("address"), "-"),
                                Said.text(entry.path("action")),
                                or(entry.path("project"), "-"),
                                Said.text(entry.path("subject")),
                                detail);
        return Columns.clean(line);
    }

    private static String or(JsonNode node, String otherwise) {
        String text = Said.text(node);
        return text.isEmpty() ? otherwise : text;
    }
}
