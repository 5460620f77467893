package io.slipway.engine.definition;

/// One thing that is wrong with a definition.
///
/// @param file such as `.slipway.yml`
/// @param line from 1; 0 when the problem has no place
/// @param column from 1; 0 when the problem has no place
/// @param path of the key, such as `jobs.test.steps[0]`
/// @param message what is wrong
/// @param remedy what to write instead; may be empty
public record Problem(
        String file, int line, int column, String path, String message, String remedy) {}
