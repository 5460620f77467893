package io.slipway.fault;

import org.slf4j.Logger;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What threads do that do the same again and again for as long as the program runs: whatever goes
/// wrong in one round is said and ends that round only, mistakes of the program's own
/// (`StackOverflowError`, `NoClassDefFoundError`) included. Without memory the process ends by
/// itself: every process of Slipway runs with `ExitOnOutOfMemoryError`, and starts again where it
/// was.
public final class Rounds {
    /// No round of a healthy server takes nearly as long.
    private static final Duration HANGS = Duration.ofMinutes(1);

    private static final int FRAMES = 12;

    private Rounds() {}

    /// One round, of whatever length.
    ///
    /// @param failed for the log: what has not been done, such as `apps are not looked after`
    public static void once(Logger log, String failed, Runnable round) {
        try {
            round.run();
        } catch (Fault e) {
            log.warn("{}: {}", failed, e.message());
        } catch (RuntimeException | Error e) {
            log.error("{}", failed, e);
        }
    }

    /// As [#once], for a round that is short: one that has not come back after a minute is named in
    /// the log with the place where it stands, and so is its end.
    public static void watched(Logger log, String failed, Runnable round) {
        watched(log, failed, HANGS, round);
    }

    /// As [#watched(Logger,String,Runnable)].
    ///
    /// @param hangs after which it is named, and after each further such time
    public static void watched(Logger log, String failed, Duration hangs, Runnable round) {
        Watch watch = new Watch(log, failed, Thread.currentThread(), System.nanoTime());
        Future<?> watching =
                ForkJoinPool.commonPool()
                        .scheduleAtFixedRate(
                                watch::hangs,
                                hangs.toMillis(),
                                hangs.toMillis(),
                                TimeUnit.MILLISECONDS);
        try {
            once(log, failed, round);
        } finally {
            watching.cancel(false);
            watch.ended();
        }
    }

    /// A thread that does watched rounds until it is interrupted.
    ///
    /// @param pause after each
    public static Thread again(
            String name, Duration pause, Logger log, String failed, Runnable round) {
        return Thread.ofVirtual()
                .name(name)
                .start(
                        () -> {
                            do {
                                watched(log, failed, round);
                            } while (paused(pause));
                        });
    }

    private static boolean paused(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Looks at one round from another thread.
    private static final class Watch {
        private final Logger log;
        private final String failed;
        private final Thread thread;
        private final long since;
        private volatile boolean told;

        Watch(Logger log, String failed, Thread thread, long since) {
            this.log = log;
            this.failed = failed;
            this.thread = thread;
            this.since = since;
        }

        void hangs() {
            told = true;
            log.error(
                    "{}: the round of '{}' that began {} s ago hangs; restart this server if it"
                            + " stays so, its jobs go on. It stands at {}",
                    failed,
                    thread.getName(),
                    seconds(),
                    Arrays.stream(thread.getStackTrace())
                            .limit(FRAMES)
                            .map(StackTraceElement::toString)
                            .collect(Collectors.joining(" < ")));
        }

        void ended() {
            if (told) {
                log.warn("'{}' goes on after {} s", thread.getName(), seconds());
            }
        }

        private long seconds() {
            return Duration.ofNanos(System.nanoTime() - since).toSeconds();
        }
    }
}
