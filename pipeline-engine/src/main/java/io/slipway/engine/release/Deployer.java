package io.slipway.engine.release;

import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.plan.AppSpec.Volume;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.Reason;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Where apps run. Safe for use by many threads; what is done to one container comes from one
/// thread at a time. Every call may be repeated, and finds what an earlier call made. A target that
/// does not answer is a [io.slipway.fault.Fault] UNAVAILABLE.
///
/// A container is what one rollout makes of a release. An engine has it beside that of the release
/// before, and the switch moves from one to the other. A cluster has one workload for an app, whose
/// pods become those of the newest container one by one, each only when the new one serves: there
/// the one before gives way by itself, and [#stop] of the new one gives it its place back.
public interface Deployer {
    /// Brings a ready image into the target, if it is not there.
    ///
    /// @param reference as the file gives it
    /// @throws io.slipway.fault.Fault when it cannot be had
    ReadyImage pull(String reference, Progress progress) throws InterruptedException;

    /// Whether what runs there is described by objects, which [#manifests] tells.
    default boolean isDescribed() {
        return false;
    }

    /// The objects that [#start] applies, in that order; nothing is changed. The values of secrets
    /// are left out.
    ///
    /// @param compared whether the target is asked what applying them would change
    default List<Manifest> manifests(AppOrder order, boolean compared) {
        return List.of();
    }

    /// Brings an image of Slipway's registry into the target, if it is not there any more.
    ///
    /// @return the content id to start
    String ensure(BuiltImage image) throws InterruptedException;

    /// Creates and starts the container; adopts it when it runs already. It does not carry the
    /// app's name yet, but reaches the apps that do.
    ///
    /// @throws io.slipway.fault.Fault CONFLICT when a later rollout of the app has begun, as far as
    ///   the target can tell
    void start(AppOrder order) throws InterruptedException;

    /// How the container is.
    Condition condition(String container);

    /// Asks it once whether it is healthy.
    ///
    /// @param port where; 0 for a worker, which is asked for nothing but to run
    default Answer ask(String container, int port, Health health) {
        return port == 0
                ? new Answer(true, false, false, "it runs")
                : HealthProbe.ask(backend(container, port), health);
    }

    /// Whether [#listening] can tell; if not, it says nothing that nothing listens.
    default boolean looksInside() {
        return true;
    }

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
    /// Where it was about to take the place of another one, that one keeps it.
    void stop(String container, Duration grace);

    /// Starts a stopped container again.
    void restart(String container);

    /// Removes it; its volumes stay.
    void remove(String container);

    /// Names of all containers of apps of this instance, but those that have given way.
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
    /// @param engineId content id, or another name by which the target starts it
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

    /// An object of a target that is described by such.
    ///
    /// @param name such as `deployment/cart`
    /// @param text YAML
    /// @param now what is there, as YAML; empty: nothing; null when that was not asked
    /// @param then what would be there; null when that was not asked, or is refused
    /// @param refused why the target would not take it
    record Manifest(
            String name,
            String text,
            @Nullable String now,
            @Nullable String then,
            @Nullable String refused) {}

    /// What to start.
    ///
    /// @param container the name in the engine
    /// @param placement whose app it is
    /// @param fence of the rollout: grows with each that takes the placement
    /// @param release its number
    /// @param slot which of the environment's addresses it has: no other container of project and
    ///   environment has the same
    /// @param engineId the image, as the target starts it
    /// @param app as it was released
    /// @param env complete, with secrets and PORT
    /// @param secret names of those variables that hold secrets
    /// @param port what it should listen on; 0: nothing
    /// @param peers the other apps of project and environment, reached by name
    record AppOrder(
            String container,
            Placement placement,
            long fence,
            int release,
            int slot,
            String engineId,
            AppSpec app,
            Map<String, String> env,
            Set<String> secret,
            int port,
            List<String> peers) {
        /// Replaces the image's; empty: the image's own.
        public List<String> command() {
            return app.command();
        }

        /// Path in the container by volume name.
        public Map<String, String> volumes() {
            return app.volumes().stream().collect(Collectors.toMap(Volume::name, Volume::path));
        }

        /// Limits of one container.
        public Resources resources() {
            return app.resources();
        }

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
    /// @param obstacle what keeps it from running; null when nothing that is known
    record Condition(
            State state,
            @Nullable Integer exitCode,
            boolean outOfMemory,
            long memoryLimit,
            boolean lost,
            String run,
            @Nullable Obstacle obstacle) {
        /// With nothing in its way.
        public Condition(
                State state,
                @Nullable Integer exitCode,
                boolean outOfMemory,
                long memoryLimit,
                boolean lost,
                String run) {
            this(state, exitCode, outOfMemory, memoryLimit, lost, run, null);
        }

        /// There is no such container.
        public static final Condition NONE = new Condition(State.ABSENT, null, false, 0, false, "");

        /// The states of a container.
        public enum State {
            /// It was made, and never started.
            MADE,
            /// The target is about to start it: it looks for room, or fetches the image.
            COMING,
            /// It runs.
            RUNNING,
            /// It has ended, or was stopped.
            ENDED,
            /// It ends again and again, and the engine starts it again.
            RESTARTING,
            /// Another one has its place; [Deployer#restart] gives it back.
            REPLACED,
            /// There is none.
            ABSENT
        }
    }

    /// What keeps a container from running.
    ///
    /// @param sentence what is in the way, without a name before it
    /// @param users whether it is for the user to change, and not the target's affair
    /// @param certain whether it does not pass by itself
    /// @param seen what the target says, line by line
    record Obstacle(
            Reason reason, String sentence, boolean users, boolean certain, List<String> seen) {}

    /// What one question for its health gave.
    ///
    /// @param healthy whether the answer says so
    /// @param http whether the answer was HTTP; if not, the connection says little, since a proxy
    ///   of the engine's may have accepted it
    /// @param connected whether a connection was accepted at all
    /// @param text for people: `GET /healthz answered 503`
    record Answer(boolean healthy, boolean http, boolean connected, String text) {}

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
