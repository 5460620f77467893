package io.slipway.fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What threads do that do the same again and again for as long as the program runs: whatever goes
/// wrong in one round is said and ends that round only, mistakes of the program's own
/// (`StackOverflowError`, `NoClassDefFoundError`) included. Without memory the process ends by
/// itself: every process of Slipway runs with `ExitOnOutOfMemoryError`, and starts again where it
/// was. A round that does not end is told by [#watch].
public final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Set<Round> UNDER_WAY = ConcurrentHashMap.newKeySet();

    private Rounds() {}

    /// A round that has begun. Two are never the same one.
    private static final class Round {
        final String failed;
        final Thread thread = Thread.currentThread();
        final long since = System.nanoTime();
        volatile boolean told;

        Round(String failed) {
            this.failed = failed;
        }
    }

    /// One round.
    ///
    /// @param failed for the log: what has not been done, such as `apps are not looked after`
    public static void once(Logger log, String failed, Runnable round) {
        Round under = new Round(failed);
        UNDER_WAY.add(under);
        try {
            round.run();
        } catch (Fault e) {
            log.warn("{}: {}", failed, e.message());
        } catch (RuntimeException | Error e) {
            log.error("{}", failed, e);
        } finally {
            UNDER_WAY.remove(under);
            if (under.told) {
                log.warn("{}: that round has ended now", failed);
            }
        }
    }

    /// Begins to tell of rounds that do not end, each once, with where they stand.
    ///
    /// @param longest what a round may take
    /// @return ends it when closed
    public static AutoCloseable watch(Duration longest) {
        Thread thread =
                Thread.ofVirtual()
                        .name("watchdog")
                        .start(
                                () -> {
                                    try {
                                        while (true) {
                                            Thread.sleep(LOOK);
                                            hung(longest).forEach(LOG::error);
                                        }
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        return thread::interrupt;
    }

    /// What hangs and was not told yet: what is not done, for how long, and where it stands.
    static List<String> hung(Duration longest) {
        long now = System.nanoTime();
        return UNDER_WAY.stream()
                .filter(round -> !round.told && now - round.since > longest.toNanos())
                .map(
                        round -> {
                            round.told = true;
                            StringBuilder text = new StringBuilder(round.failed);
                            text.append(": a round has not ended for ")
                                    .append(Duration.ofNanos(now - round.since).toSeconds())
                                    .append(" s; it stands at");
                            for (StackTraceElement at : round.thread.getStackTrace()) {
                                text.append("\n\tat ").append(at);
                            }
                            return text.toString();
                        })
                .toList();
    }
}
