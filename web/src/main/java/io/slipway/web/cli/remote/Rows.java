package io.slipway.web.cli.remote;

import io.slipway.web.cli.TerminalText;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;

/// Fields of answers, as a terminal may show them.
final class Rows {
    private Rows() {}

    /// Without anything that a terminal would obey; `fallback` where there is none.
    static String text(JsonNode row, String field, String fallback) {
        String text = row.path(field).asString("");
        byte[] bytes = (text.isEmpty() ? fallback : text).getBytes(StandardCharsets.UTF_8);
        return new TerminalText(TerminalText.Keep.TEXT).take(bytes, bytes.length);
    }

    static String text(JsonNode row, String field) {
        return text(row, field, "");
    }
}
