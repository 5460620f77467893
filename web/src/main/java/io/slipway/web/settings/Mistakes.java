package io.slipway.web.settings;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.ArrayList;
import java.util.List;

/// What is wrong with the settings, all of it.
final class Mistakes {
    private final List<String> found = new ArrayList<>();

    void add(String mistake) {
        found.add(mistake);
    }

    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        String what =
                found.size() == 1
                        ? "there is a mistake"
                        : "there are " + found.size() + " mistakes";
        throw new Fault(
                Kind.CONFIGURATION,
                "cannot use the settings: " + what + "\n  " + String.join("\n  ", found),
                "correct them; docs/settings.md lists every setting");
    }
}
