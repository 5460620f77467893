package io.slipway.web.cli.remote;

import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.function.Function;

/// What words have in common that only look: the answer as text, or as it came.
public abstract class Listing extends ServerWord {
    @Option(names = "--json", description = "print what the server answered")
    private boolean json;

    /// @param text shows the answer
    /// @return the exit code
    protected final int print(PrintWriter out, JsonNode answer, Function<JsonNode, String> text) {
        if (!json) {
            return print(out, text.apply(answer));
        }
        out.println(answer);
        out.flush();
        return 0;
    }

    /// Whether the answer itself is wanted.
    protected final boolean json() {
        return json;
    }
}
