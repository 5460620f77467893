package io.slipway.engine.plan;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Job specs as JSON, as they are stored with a job.
public final class JobSpecs {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private JobSpecs() {}

    /// One JSON object with its `kind`.
    public static String write(JobSpec spec) {
        return JSON.writerFor(JobSpec.class).writeValueAsString(spec);
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IllegalArgumentException when the text is none of ours
    public static JobSpec read(String json) {
        try {
            return JSON.readerFor(JobSpec.class).readValue(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a job's spec: " + e.getOriginalMessage(), e);
        }
    }
}
