package io.slipway.engine.release;

import io.slipway.engine.plan.Resources;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where apps run. Safe for use by many threads; what is done to one container comes from one
/// thread at a time. Every call may be repeated, and finds what an earlier call made. A target that
/// does not answer is a [io.slipway.fault.Fault] UNAVAILABLE.
public interface Deployer {
    /// Brings a ready image into the target, if it is not there.
    ///
    /// @param reference as the file gives it
    /// @throws io.slipway.fault.Fault when it cannot be had
    ReadyImage pull(String reference, Progress progress) throws InterruptedException;

    /// Brings an image of Slipway's registry into the target, if it is not there any more.
    ///
    /// @return the content id to start
    String ensure(BuiltImage image) throws InterruptedException;

    /// Creates and starts the container; adopts it when it runs already. It does not carry the
    /// app's name yet, but reaches the apps that do.
    void start(AppOrder order) throws InterruptedException;

    /// How the container is.
    Condition condition(String container);

    /// The TCP sockets that listen in the container.
    List<Socket> listening(String container);

    /// Whether the switch can reach this port of the container: where ports are published, it is
    /// only the one that the container was made for.
    boolean reaches(String container, int port);

    /// Where the switch reaches a port of the container: `address:port`.
    String backend(String container, int port);

    /// The last lines that it printed, oldest first; none when they cannot be had.
    List<String> tail(String container, int lines);

    /// Gives it the app's name among the apps of its project and environment, and has the engine
    /// keep it running from now on.
    void announce(String container);

    /// Takes the name away.
    void withdraw(String container);

    /// Asks it to end, and kills it when the time is over. It stays, and [#restart] brings it back.
    void stop(String container, Duration grace);

    /// Starts a stopped container again.
    void restart(String container);

    /// Removes it; its volumes stay.
    void remove(String container);

    /// Names of all containers of apps of this instance.
    Set<String> present();

    /// Removes what is there for an environment in which no app has a container any more; volumes
    /// stay.
    void sweep();

    /// Gives what it has printed after the mark and goes on to print, until it ends or the thread
    /// is interrupted. Returns at once when there is no such container.
    ///
    /// @param after where it was read to; [LogMark#BEGIN] for all that the target still has
    void follow(String container, LogMark after, Output output) throws InterruptedException;

    /// Runs a program in a container that runs, until it ends.
    ///
    /// @param command program and arguments, as they are
    /// @param input what it reads, and then the end
    /// @param printed takes what it prints; what that throws ends the call and not the program
    /// @return its exit status
    /// @throws io.slipway.fault.Fault CONFLICT when the container does not run
    int exec(String container, List<String> command, byte[] input, Printed printed)
            throws InterruptedException, IOException;

    /// Takes what a program prints.
    @FunctionalInterface
    interface Printed {
        /// @param error whether it is of its standard error
        void bytes(boolean error, byte[] bytes, int offset, int length) throws IOException;
    }

    /// Makes the container of a hook, and does not start it; one that is there stays as it is. It
    /// has all that the app's own container will have, but no name by which it is reached.
    ///
    /// @param like the app's own container, which does not run now: they share an address
    void makeHook(AppOrder like, Hook hook);

    /// Starts the container of a hook, unless it was started. However often and by whomever that is
    /// asked for at the same time, it is started once: it is renamed first, and no start under an
    /// earlier name is obeyed any more.
    ///
    /// @param container of a hook
    /// @param as a name that nobody else uses
    /// @return its name now; empty when there is none
    Optional<String> startHook(String container, String as);

    /// Ends and removes the container of a hook.
    ///
    /// @param container of a hook, whatever its name is now
    void removeHook(String container);

    /// The hooks that have a container, by the names with which they were made.
    Set<String> hooks();

    /// For people: what is waited for.
    @FunctionalInterface
    interface Progress {
        void line(String text);
    }

    /// Takes what a container prints.
    interface Output {
        /// A line, or a part of a long one.
        ///
        /// @param end where the output stands after these bytes
        void bytes(byte[] bytes, int offset, int length, LogMark end);

        /// What was printed between the two was thrown away by the target before it was read.
        void gap(Instant from, Instant to);
    }

    /// A place in a container's output: the target keeps each line with the time at which it was
    /// printed.
    ///
    /// @param nanos that time, since 1970
    /// @param bytes how many of the bytes of that very time are before the place
    record LogMark(long nanos, long bytes) {
        /// Before everything.
        public static final LogMark BEGIN = new LogMark(0, 0);

        /// The time.
        public Instant time() {
            return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
        }
    }

    /// An image that somebody else made.
    ///
    /// @param reference pinned by digest where its registry gave one
    /// @param engineId content id
    /// @param ports that it says it exposes
    record ReadyImage(String reference, String engineId, List<Integer> ports) {
        /// What it is, and no other image: its reference where that has a digest, which can be
        /// pulled again, else with its content id.
        public String pinned() {
            return reference.contains("@") ? reference : reference + " (" + engineId + ")";
        }
    }

    /// An image that Slipway made.
    ///
    /// @param repository `project/app`
    /// @param digest of its manifest
    /// @param engineId content id
    record BuiltImage(String repository, String digest, String engineId) {}

    /// What to start.
    ///
    /// @param container the name in the engine
    /// @param placement whose app it is
    /// @param release its number
    /// @param slot which of the environment's addresses it has: no other container of project and
    ///   environment has the same
    /// @param engineId content id of the image
    /// @param command replaces the image's; empty: the image's own
    /// @param env complete, with secrets and PORT
    /// @param port what it should listen on; 0: nothing
    /// @param volumes path in the container by volume name
    /// @param peers the other apps of project and environment, reached by name
    record AppOrder(
            String container,
            Placement placement,
            int release,
            int slot,
            String engineId,
            List<String> command,
            Map<String, String> env,
            int port,
            Map<String, String> volumes,
            Resources resources,
            List<String> peers) {
        @Override
        public String toString() {
            return container + " of release " + release;
        }
    }

    /// What an app has run once, before it serves.
    ///
    /// @param container the name with which its container is made
    /// @param script run by `/bin/sh -e`, in place of the image's entry point and command
    record Hook(String container, String script) {}

    /// How a container is.
    ///
    /// @param state see there
    /// @param exitCode when it has ended
    /// @param outOfMemory whether its memory limit ended it
    /// @param memoryLimit bytes; 0 for none
    /// @param lost whether it ended because what ran it was restarted, so that its exit code says
    ///   nothing about the app
    /// @param run differs for each time that it was started; empty when there is none
    record Condition(
            State state,
            @Nullable Integer exitCode,
            boolean outOfMemory,
            long memoryLimit,
            boolean lost,
            String run) {
        /// There is no such container.
        public static final Condition NONE = new Condition(State.ABSENT, null, false, 0, false, "");

        /// The states of a container.
        public enum State {
            /// It was made, and never started.
            MADE,
            /// It runs.
            RUNNING,
            /// It has ended, or was stopped.
            ENDED,
            /// It ends again and again, and the engine starts it again.
            RESTARTING,
            /// There is none.
            ABSENT
        }
    }

    /// A TCP socket that listens.
    ///
    /// @param address as text; `0.0.0.0` and `::` for every address
    record Socket(String address, int port) {
        /// @return whether only the container itself reaches it
        boolean local() {
            return address.startsWith("127.") || address.equals("::1");
        }
    }
}
