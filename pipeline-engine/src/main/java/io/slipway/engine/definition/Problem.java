package io.slipway.engine.definition;

/// One thing that is wrong with a definition.
///
/// @param file such as `.slipway.yml`
/// @param line from 1; 0 when the problem has no place
/// @param column from 1; 0 when the problem has no place
/// @param path of the key, such as `jobs.test.steps[0]`; empty when it concerns the whole file
/// @param message what is wrong
/// @param remedy what to write instead; may be empty
public record Problem(
        String file, int line, int column, String path, String message, String remedy) {
    /// One line that editors and people read: `file:line:column: path: message: remedy`.
    public String text() {
        return (line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ") + what();
    }

    /// The line without its place: `path: message: remedy`.
    public String what() {
        return (path.isEmpty() ? "" : path + ": ")
                + message
                + (remedy.isEmpty() ? "" : ": " + remedy);
    }
}
