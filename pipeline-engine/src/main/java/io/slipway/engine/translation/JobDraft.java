package io.slipway.engine.translation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A job while it is translated.
final class JobDraft {
    /// @param name empty for none
    /// @param directory empty for the job's
    record Step(String name, String run, String directory, Map<String, String> env) {}

    final String id;
    final SourceText.Entry source;
    final Map<String, String> env = new LinkedHashMap<>();
    final List<Step> steps = new ArrayList<>();
    final List<String> needs = new ArrayList<>();

    /// Lines outside it that are in it when it is written.
    final List<SourceText.Entry> shared = new ArrayList<>();

    String image = "";
    String timeout = "";
    String directory = "";
    private @Nullable String refused;

    JobDraft(SourceText.Entry source) {
        this.id = source.key();
        this.source = source;
    }

    /// It cannot be translated as a whole; the first reason counts.
    void refuse(String reason) {
        if (refused == null) {
            refused = reason;
        }
    }

    @Nullable String refused() {
        return refused;
    }
}
