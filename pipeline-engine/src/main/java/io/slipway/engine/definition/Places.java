package io.slipway.engine.definition;

import io.slipway.engine.yaml.Place;

import java.util.Map;

/// Where each key of a definition stands.
///
/// @param file such as `.slipway.yml`
/// @param byPath key path, such as `apps.cart.path`, to the place of its value
public record Places(String file, Map<String, Place> byPath) {
    /// A problem at a key, or at the nearest key above it that was written.
    public Problem problem(String path, String message, String remedy) {
        Place at = at(path);
        String in = at.file().isEmpty() ? file : at.file();
        return new Problem(in, at.line(), at.column(), path, message, remedy);
    }

    private Place at(String path) {
        for (String key = path; !key.isEmpty(); key = parent(key)) {
            Place place = byPath.get(key);
            if (place != null) {
                return place;
            }
        }
        return byPath.isEmpty() ? Place.NONE : Place.START;
    }

    private static String parent(String path) {
        int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
        return end < 0 ? "" : path.substring(0, end);
    }
}
