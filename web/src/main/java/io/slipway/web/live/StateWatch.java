package io.slipway.web.live;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/// Tells that something changed: its reader reads it again. Also tells once at the beginning.
final class StateWatch extends Watch {
    private final SharedPrints prints;
    private final String thing;
    private final String topic;
    private final String id;
    private final Supplier<String> fingerprint;
    private String told = "";

    private record Changed(String topic) {}

    /// @param thing what is looked at, as it is shared with others who may see as much of it
    /// @param id of the run's row; empty for projects, which are looked at each second
    StateWatch(
            SharedPrints prints,
            String thing,
            String topic,
            String id,
            Supplier<String> fingerprint) {
        this.prints = prints;
        this.thing = thing;
        this.topic = topic;
        this.id = id;
        this.fingerprint = fingerprint;
    }

    @Override
    void tell(EventOutput out) throws IOException {
        Optional<String> print = prints.of(thing, since(), fingerprint);
        if (print.isEmpty()) {
            touch();
            return;
        }
        String now = "=" + print.get();
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
