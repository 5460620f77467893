package io.slipway.engine.image;

import org.jspecify.annotations.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Dockerfile, or a command in it, said no. That is an outcome, not a fault.
public final class BuildFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private static final Pattern EXIT_CODE = Pattern.compile("exit code: (\\d{1,9})");

    private final int line;
    private final @Nullable Integer exitCode;
    private final @Nullable String limit;

    /// @param message the builder's own words
    /// @param line of the Dockerfile, from 1; 0 when not known
    /// @param exitCode of the command that failed; null when none did
    public BuildFailed(String message, int line, @Nullable Integer exitCode) {
        this(message, line, exitCode, null);
    }

    /// @param limit of the builder that was reached, for people; null when none was
    public BuildFailed(
            String message, int line, @Nullable Integer exitCode, @Nullable String limit) {
        super(message);
        this.line = line;
        this.exitCode = exitCode;
        this.limit = limit;
    }

    /// Line of the Dockerfile, from 1; 0 when not known.
    public int line() {
        return line;
    }

    /// Exit code of the command that failed; null when none did.
    public @Nullable Integer exitCode() {
        return exitCode;
    }

    /// The builder's limit that was reached, for people, such as `out of memory, of which the
    /// builder has 4 GiB`; null when none was.
    public @Nullable String limit() {
        return limit;
    }

    /// The exit code that a builder's message names; null when it names none.
    public static @Nullable Integer exitCodeIn(String message) {
        Matcher found = EXIT_CODE.matcher(message);
        return found.find() ? Integer.valueOf(found.group(1)) : null;
    }
}
