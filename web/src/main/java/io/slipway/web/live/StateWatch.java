package io.slipway.web.live;

import io.slipway.db.Database;
import io.slipway.db.Work;

import java.io.IOException;

/// Tells that something changed: its reader reads it again. Also tells once at the beginning.
final class StateWatch extends Watch {
    private final Database database;
    private final String topic;
    private final String id;
    private final Work<String> fingerprint;
    private String told = "";

    private record Changed(String topic) {}

    /// @param id of the run's row; empty for projects, which are looked at each second
    StateWatch(Database database, String topic, String id, Work<String> fingerprint) {
        this.database = database;
        this.topic = topic;
        this.id = id;
        this.fingerprint = fingerprint;
    }

    @Override
    void tell(EventOutput out) throws IOException {
        String now = "=" + database.read(fingerprint);
        if (!now.equals(told)) {
            told = now;
            out.event("changed", new Changed(topic));
        }
    }

    @Override
    boolean concerns(String channel, String of) {
        return channel.equals("run") && !id.isEmpty() && (of.isEmpty() || of.equals(id));
    }

    /// Whether this is the run of that row.
    boolean isRun(String of) {
        return !id.isEmpty() && of.equals(id);
    }
}
