package io.slipway.engine.step;

import io.slipway.engine.run.AttemptName;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Executes the container of a check job. Implementations are safe for use by many threads; calls
/// for one attempt come from one thread at a time, [RunningSteps#stop] and `close` from any.
///
/// The container runs Slipway's fixed starter ([Starter]) and nothing else in argv and environment;
/// scripts and variables arrive over its standard input. Its standard error goes to its standard
/// output, so there is one stream in one order, at whose end what the services printed follows, one
/// after the other. [Starter#FOLDER] is a tmpfs; the workspace at [Starter#WORKSPACE] belongs to
/// the user that the image runs as.
public interface Runner extends AutoCloseable {
    /// Makes ready what does not need the job's turn: image, network, volume. Repeatable, also
    /// while the attempt runs; whatever is missing is made by [#open] all the same. What it made
    /// for the attempt alone counts as [#present], and [#remove] removes it.
    ///
    /// @param images references as the file gives them: the job's, its services', its steps' own
    /// @param network false: only the job's own network, no way out
    /// @throws io.slipway.fault.Fault when something can't be had; `open` will tell it again
    void prepare(AttemptName attempt, Set<String> images, boolean network);

    /// Starts the services and waits until they are ready, creates the container, fills its
    /// workspace, starts it and hands the records over; or, when a container of that name runs
    /// already or has ended, adopts it. One that was created but not started is removed and made
    /// anew; services that run already are taken over.
    ///
    /// @param resumeAt bytes of the container's output that are stored already; output is given
    ///   from there. When there are any, the container must still be there: it is never made anew,
    ///   since its steps have begun
    /// @param sink takes the output, on one thread of the runner's; slow sinks hold the stream back
    /// @throws ServiceNotReady when a service ended, or did not answer in time; no step has begun
    /// @throws io.slipway.fault.Fault with the reason as the runner gave it: UNAVAILABLE when the
    ///   runner is away, NOT_FOUND when there is no such image, or when the container with
    ///   `resumeAt` bytes of output is gone
    RunningSteps open(Order order, long resumeAt, Sink sink) throws InterruptedException;

    /// Removes containers, network and volume of the attempt. Repeatable.
    void remove(AttemptName attempt);

    /// Every attempt of this instance of which anything is left in the runner.
    Set<AttemptName> present();

    @Override
    void close();

    /// Where output goes.
    ///
    /// A sink keeps its own faults to itself: a call returns normally.
    interface Sink {
        /// @param streamEnd bytes of the container's stream up to and including these
        void output(byte[] bytes, int offset, int length, long streamEnd);

        /// Some of what comes next is lost: the runner keeps so much of a container's output, and
        /// dropped it before it was read. What is given after it was not given before.
        void gap();

        /// What comes next in the stream, up to the next such call or the stream's end, is what a
        /// service printed. Called once for each service of the order, in its order, when the steps
        /// have ended and the service has been ended with them; also for one whose output is not
        /// given any more, since it is stored already.
        ///
        /// @param streamEnd bytes of the stream before it
        void service(ServiceEnd end, long streamEnd);

        /// Whether the end that the starter tells is among what was given. Where it is not, a
        /// stream that came to its end may have been cut there, and some of the output may be
        /// missing.
        default boolean whole() {
            return true;
        }

        /// Called before the steps are started: from now on they may have run, even if the runner
        /// says that it could not start them.
        default void starts() {}

        /// For people: what is being waited for, `pulls busybox, 212 of 480 MB, about 40 s`.
        void progress(String line);
    }

    /// A container that has been started or adopted.
    interface RunningSteps extends AutoCloseable {
        /// Waits until the container has ended and all its output has been given to the sink, and
        /// after it that of the services, which are ended by then.
        ///
        /// @throws io.slipway.fault.Fault UNAVAILABLE when the container went away without an end
        ///   that could be seen
        Exit await() throws InterruptedException;

        /// Asks the container to end, and kills it 5 s later. Returns at once; [#await] tells the
        /// end.
        void stop();

        /// Lets go of the container; it goes on running.
        @Override
        void close();
    }

    /// How a container ended.
    ///
    /// @param code its exit status
    /// @param outOfMemory whether the memory limit killed something in it
    /// @param memoryLimit bytes; 0 for none
    /// @param memoryPeak bytes; 0 when not known
    /// @param services how each service was at the steps' end, in the order's order
    record Exit(
            int code,
            boolean outOfMemory,
            long memoryLimit,
            long memoryPeak,
            List<ServiceEnd> services) {
        /// Of a job without services.
        public Exit(int code, boolean outOfMemory, long memoryLimit, long memoryPeak) {
            this(code, outOfMemory, memoryLimit, memoryPeak, List.of());
        }
    }

    /// How a service was when the steps had ended.
    ///
    /// @param code its exit status; null: it still ran
    /// @param outOfMemory whether its memory limit ended it
    record ServiceEnd(String name, @Nullable Integer code, boolean outOfMemory) {
        /// Whether it ended by itself, and not well.
        public boolean died() {
            return code != null && code != 0;
        }

        /// For people: `service postgres ended with exit code 1`.
        public String sentence() {
            return "service "
                    + name
                    + (code == null ? " ran" : " ended with exit code " + code)
                    + (outOfMemory ? ", out of memory" : "");
        }
    }
}
