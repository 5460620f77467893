package io.slipway.web.http;

import io.slipway.engine.account.TooManyTries;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.LongSupplier;

/// How often a token may ask: many times at once, and then only so often each second. This machine
/// is not counted: who runs programs there has the server anyway. Each server counts for itself.
/// Safe for use by several threads.
public final class RequestRate {
    private static final int AT_ONCE = 1_000;
    private static final int EACH_SECOND = 100;
    private static final long APART = Duration.ofSeconds(1).toNanos() / EACH_SECOND;

    /// Tokens that are counted at most; who asked longest ago is forgotten first.
    private static final int MOST_TOKENS = 10_000;

    private final LongSupplier nanos;

    /// By token, when all that it has asked for would be over, had it asked no more often than it
    /// may.
    private final Map<Long, Long> over =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Entry<Long, Long> eldest) {
                    return size() > MOST_TOKENS;
                }
            };

    /// One that counts from now on.
    public RequestRate() {
        this(System::nanoTime);
    }

    /// @param nanos a clock that only goes forward, in nanoseconds
    RequestRate(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Counts a request.
    ///
    /// @param token id of the row
    /// @throws TooManyTries when there were too many
    public void count(long token, Way way) {
        if (way.isHere()) {
            return;
        }
        long wait = enter(token);
        if (wait > 0) {
            throw new TooManyTries(
                    wait,
                    new Fault(
                            Kind.UNAVAILABLE,
                            "cannot answer: this token asks more than "
                                    + EACH_SECOND
                                    + " times a second",
                            "wait " + wait + " s; ask for longer pages, or listen to /stream"));
        }
    }

    /// @return seconds to wait; 0: it may be answered
    private synchronized long enter(long token) {
        long now = nanos.getAsLong();
        Long known = over.get(token);
        long begin = known == null || known - now < 0 ? now : known;
        long late = begin - now - (AT_ONCE - 1) * APART;
        if (late > 0) {
            return Math.ceilDiv(late, Duration.ofSeconds(1).toNanos());
        }
        over.put(token, begin + APART);
        return 0;
    }
}
