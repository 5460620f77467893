package io.slipway.runners.buildkit;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder.Dockerfile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `# syntax=` line of a Dockerfile: which program reads it. Docker's own may; any other would
/// be somebody's program that runs beside the builder.
///
/// @param line where it stands, from 1; 0 when there is none
/// @param start of its `=` in the text
/// @param end behind it
/// @param image its reference
record Frontend(int line, int start, int end, String image) {
    private static final Pattern DIRECTIVE =
            Pattern.compile("#\\s*([A-Za-z]+)\\s*(=)\\s*(\\S+)\\s*");

    private static final Pattern ALLOWED =
            Pattern.compile(
                    "(docker\\.io/)?docker/dockerfile(:[\\w][\\w.-]*)?(@sha256:[0-9a-f]{64})?");

    private static final Frontend NONE = new Frontend(0, 0, 0, "");

    /// Directives stand before everything else, one a line.
    static Frontend of(String text) {
        int start = 0;
        for (int line = 1; start < text.length(); line++) {
            int end = text.indexOf('\n', start);
            String content = text.substring(start, end < 0 ? text.length() : end).strip();
            Matcher directive = DIRECTIVE.matcher(content);
            if (!directive.matches()) {
                return NONE;
            }
            if (directive.group(1).equalsIgnoreCase("syntax")) {
                int equals = text.indexOf('=', start);
                return new Frontend(line, equals, equals + 1, directive.group(3));
            }
            start = end < 0 ? text.length() : end + 1;
        }
        return NONE;
    }

    /// @throws BuildFailed when it is none of Docker's
    void check() throws BuildFailed {
        if (line > 0 && !ALLOWED.matcher(image).matches()) {
            throw new BuildFailed(
                    "the syntax " + image + " is not allowed: only docker/dockerfile is",
                    line,
                    null);
        }
    }

    /// Whether a vertex of the builder's graph is the look for a frontend.
    static boolean resolves(String vertex) {
        return vertex.contains("docker/dockerfile")
                && (vertex.startsWith("resolve image config")
                        || vertex.startsWith("docker-image://"));
    }

    /// Whether the Dockerfile names one.
    boolean named() {
        return line > 0;
    }

    /// The same Dockerfile for the frontend that the engine has inside; lines stay where they are.
    Dockerfile without(Dockerfile dockerfile) {
        String text = dockerfile.text();
        return new Dockerfile(
                dockerfile.path(), text.substring(0, start) + " " + text.substring(end));
    }
}
