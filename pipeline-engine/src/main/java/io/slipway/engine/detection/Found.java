package io.slipway.engine.detection;

import java.util.List;
import java.util.SequencedMap;

/// What was found in a repository.
///
/// @param apps by name, in the order of their folders
/// @param notes what was found and why, one sentence each
public record Found(SequencedMap<String, Recipe> apps, List<String> notes) {}
