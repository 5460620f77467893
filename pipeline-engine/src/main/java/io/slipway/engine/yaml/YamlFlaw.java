package io.slipway.engine.yaml;

/// Why a text is no YAML that Slipway takes.
///
/// @param message what is wrong
/// @param remedy what to write instead; may be empty
public record YamlFlaw(Place at, String message, String remedy) {
    YamlFlaw in(String file) {
        return new YamlFlaw(at.in(file), message, remedy);
    }
}
