package io.slipway.engine.forge;

import java.time.Instant;
import java.util.List;

/// What there is to know of one kind of forge to take its webhooks. Adapters are without state;
/// they compute and never look outside.
public interface Forge {
    /// What a request presents. Nothing of the body is known yet.
    ///
    /// @param now by which times that were signed are judged
    /// @throws io.slipway.fault.Fault PERMISSION when there is nothing that could be one
    Proof proof(Headers headers, Instant now);

    /// The forge's name of this delivery, the same when it is sent once more; empty when it gives
    /// none. Nobody signs it.
    String delivery(Headers headers);

    /// The event's name, for people; empty when it is only in the body.
    String event(Headers headers);

    /// What the body means. Only for a body whose proof held.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION when the body is not of the event that the
    ///   headers name, or names something outside git's grammar
    Reading read(Headers headers, Json body);

    /// A body as events.
    ///
    /// @param repository the forge's own id of the repository; empty when it tells none
    /// @param event its name, for people
    record Reading(String repository, String event, Sender sender, List<ForgeEvent> events) {
        public Reading {
            events = List.copyOf(events);
        }
    }

    /// The adapter of a kind.
    static Forge of(ForgeKind kind) {
        return switch (kind) {
            case GITHUB -> new GitHub();
            case GITLAB -> new GitLab();
            case GITEA -> new Gitea();
            case BITBUCKET -> new Bitbucket();
            case BITBUCKET_DATA_CENTER -> new BitbucketDataCenter();
            case GENERIC -> new StandardWebhooks();
        };
    }
}
