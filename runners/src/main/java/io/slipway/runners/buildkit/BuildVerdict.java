package io.slipway.runners.buildkit;

import io.slipway.engine.image.BuildFailed;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the end of a build means: the Dockerfile's mistake, or that the engine could not do its
/// part.
public final class BuildVerdict {
    /// `dockerfile parse error line 2: unknown instruction: RUNN`, newer ones write `on line 2`.
    private static final Pattern PARSE_ERROR =
            Pattern.compile("(?i)dockerfile parse error (?:on )?line (\\d{1,6}): (.*)");

    /// Words before the cause that say nothing to whoever wrote the Dockerfile.
    private static final Pattern PREFIXES =
            Pattern.compile(
                    "^(failed to solve( with frontend [\\w.]+)?: |failed to create LLB definition: "
                            + "|failed to read dockerfile: |rpc error: code = \\w+ desc = )+");

    /// Messages of an engine that could not reach something or has no room.
    private static final List<String> UNAVAILABLE =
            List.of(
                    "failed to do request",
                    "dial tcp",
                    "no such host",
                    "i/o timeout",
                    "tls handshake timeout",
                    "connection refused",
                    "connection reset",
                    "toomanyrequests",
                    "no space left on device",
                    "unexpected status");

    private BuildVerdict() {}

    /// What a build's end means that is no image.
    ///
    /// @param vertex that failed; null when none did
    /// @param error the builder's last word
    /// @param outside what a message of a registry or a full disk means
    /// @return when the Dockerfile, or a command in it, said no; else it throws
    public static BuildFailed failed(
            @Nullable Vertex vertex,
            String error,
            Instructions instructions,
            Function<String, Fault> outside) {
        String message = PREFIXES.matcher(error).replaceFirst("");
        Matcher parse = PARSE_ERROR.matcher(message);
        if (parse.find()) {
            int line = Integer.parseInt(parse.group(1));
            return new BuildFailed(parse.group(2), line, null);
        }
        if (outside(vertex, message)) {
            throw outside.apply(message);
        }
        if (vertex != null) {
            String text = vertex.error() == null ? message : vertex.error();
            return new BuildFailed(
                    text, instructions.lineOf(vertex.name()), BuildFailed.exitCodeIn(text));
        }
        if (message.equals(error)) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot build the image: the engine says: " + message,
                    "try again; look at the engine's log if it stays");
        }
        return new BuildFailed(message, 0, null);
    }

    /// Whether the frontend that the Dockerfile names could not be had.
    public static boolean frontendMissing(@Nullable Vertex vertex, String error) {
        return error.contains("frontend gateway.v0")
                || vertex != null && Frontend.resolves(vertex.name());
    }

    private static boolean outside(@Nullable Vertex vertex, String message) {
        boolean command = vertex != null && BuildFailed.exitCodeIn(message) != null;
        String lower = message.toLowerCase(Locale.ROOT);
        return !command && UNAVAILABLE.stream().anyMatch(lower::contains);
    }
}
