package io.slipway.engine.grammar;

import io.slipway.engine.yaml.Place;

/// Takes what a check finds.
@FunctionalInterface
public interface Findings {
    /// @param path of the key, such as `jobs.test.steps[0]`; fit to be shown
    void add(Place at, String path, Mistake mistake);
}
