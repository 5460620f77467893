package io.slipway.engine.outgoing;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How messages are written.
public enum OutgoingForm {
    /// `{type, timestamp, data}`, signed by Standard Webhooks.
    JSON,
    /// `{text}`, as Slack, Mattermost, Rocket.Chat, Google Chat and Teams take it.
    SLACK,
    /// `{content}`, as Discord takes it.
    DISCORD;

    /// As it is written: `slack`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The one of that word.
    public static Optional<OutgoingForm> of(String word) {
        return List.of(values()).stream().filter(form -> form.word().equals(word)).findFirst();
    }
}
