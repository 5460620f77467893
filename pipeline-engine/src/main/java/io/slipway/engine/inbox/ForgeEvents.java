package io.slipway.engine.inbox;

import io.slipway.engine.forge.ForgeEvent;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;

/// Events as they are stored with a delivery.
final class ForgeEvents {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<ForgeEvent>> EVENTS = new TypeReference<>() {};

    private ForgeEvents() {}

    static String write(List<ForgeEvent> events) {
        return JSON.writerFor(EVENTS).writeValueAsString(events);
    }

    /// @throws IllegalArgumentException when the text is none of ours
    static List<ForgeEvent> read(String json) {
        try {
            return JSON.readerFor(EVENTS).readValue(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no events: " + e.getOriginalMessage(), e);
        }
    }
}
