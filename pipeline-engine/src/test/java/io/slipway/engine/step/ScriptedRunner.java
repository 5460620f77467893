package io.slipway.engine.step;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A runner for tests whose containers are processes of this machine that run the real starter,
/// each with a folder of its own in place of workspace and tmpfs. It outlives the servers of a
/// test, as an engine does, and notes every misuse. An image whose name begins with `missing`
/// cannot be had.
public final class ScriptedRunner implements Runner {
    /// What its users did wrong.
    public final List<String> misuse = new CopyOnWriteArrayList<>();

    /// Every container that was ever started.
    public final List<AttemptName> started = new CopyOnWriteArrayList<>();

    /// Whether the answer to the next start is lost: it does what it was asked for, and says that
    /// it is away.
    public volatile boolean losesAnAnswer;

    private final Path folder;
    private final Set<AttemptName> prepared = ConcurrentHashMap.newKeySet();
    private final Map<AttemptName, LocalContainer> containers = new ConcurrentHashMap<>();
    private final Map<AttemptName, List<LocalService>> services = new ConcurrentHashMap<>();

    /// @param folder for the containers' folders
    public ScriptedRunner(Path folder) {
        this.folder = folder;
    }

    @Override
    public void prepare(AttemptName attempt, Set<String> images, boolean network) {
        images.forEach(ScriptedRunner::pull);
        prepared.add(attempt);
    }

    private static void pull(String image) {
        if (image.startsWith("missing")) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot pull " + image + ": there is no such image",
                    "check the image's name");
        }
    }

    @Override
    public RunningSteps open(Order order, long resumeAt, Sink sink) throws InterruptedException {
        LocalContainer present = containers.get(order.name());
        if (present == null) {
            if (resumeAt > 0) {
                throw gone(Fault.Kind.NOT_FOUND, order.name());
            }
            pull(order.image());
            order.own().forEach(own -> pull(own.image()));
            startServices(order, sink);
            sink.starts();
            present = start(order);
            if (losesAnAnswer) {
                losesAnAnswer = false;
                throw new Fault(Fault.Kind.UNAVAILABLE, "cannot start: away", "try again");
            }
        }
        List<LocalService> beside = services.getOrDefault(order.name(), List.of());
        boolean alone = beside.isEmpty() && order.own().isEmpty();
        if (alone && resumeAt > present.output().size()) {
            misuse.add(order.name() + " has no byte " + resumeAt);
        }
        return new Delivery(present, beside, resumeAt, sink);
    }

    private void startServices(Order order, Sink sink) throws InterruptedException {
        try {
            if (!order.services().isEmpty() && !services.containsKey(order.name())) {
                List<LocalService> made = new CopyOnWriteArrayList<>();
                services.put(order.name(), made);
                for (Service service : order.services()) {
                    pull(service.image());
                    made.add(new LocalService(folder, service));
                }
            }
            for (LocalService service : services.getOrDefault(order.name(), List.of())) {
                sink.progress("waits for service " + service.service.name());
                service.awaitReady();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LocalContainer start(Order order) {
        try {
            Path own = Files.createTempDirectory(folder, order.name().toString());
            LocalContainer made = new LocalContainer(own, order);
            if (containers.putIfAbsent(order.name(), made) != null) {
                misuse.add(order.name() + " was made twice");
            }
            started.add(order.name());
            made.start();
            return made;
        } catch (ClaimLost e) {
            started.remove(order.name());
            containers.remove(order.name());
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Fault gone(Fault.Kind kind, AttemptName name) {
        return new Fault(
                kind, "cannot go on with " + name + ": its container is gone", "try the job again");
    }

    @Override
    public void remove(AttemptName attempt) {
        prepared.remove(attempt);
        List<LocalService> beside = services.remove(attempt);
        if (beside != null) {
            beside.forEach(LocalService::kill);
        }
        LocalContainer removed = containers.remove(attempt);
        if (removed != null) {
            removed.kill();
            removed.awaitEnd();
        }
    }

    @Override
    public Set<AttemptName> present() {
        Set<AttemptName> present = new HashSet<>(containers.keySet());
        present.addAll(prepared);
        present.addAll(services.keySet());
        return present;
    }

    @Override
    public void close() {
        present().forEach(this::remove);
    }

    /// The container goes away with no exit status, as with an engine that lost it.
    public void lose(AttemptName attempt) {
        LocalContainer lost = containers.remove(attempt);
        lost.lose();
        lost.kill();
    }

    /// Gives a container's output to a sink, from a byte on.
    private static final class Delivery implements RunningSteps {
        private final LocalContainer container;
        private final List<LocalService> services;
        private final long from;
        private final Sink sink;
        private long at;
        private final Thread thread;
        private volatile boolean closed;

        Delivery(LocalContainer container, List<LocalService> services, long from, Sink sink) {
            this.container = container;
            this.services = services;
            this.from = from;
            this.sink = sink;
            this.thread = Thread.ofVirtual().start(this::deliver);
        }

        private void deliver() {
            Splice splice = new Splice(container.own());
            copy(
                    container.output(),
                    (bytes, offset, length) ->
                            splice.take(
                                    bytes,
                                    offset,
                                    length,
                                    this::give,
                                    own -> copy(container.elsewhere(own), this::give)));
            for (LocalService service : closed ? List.<LocalService>of() : services) {
                sink.service(service.end(), at);
                byte[] printed = service.printed();
                give(printed, 0, printed.length);
            }
        }

        private void copy(LocalOutput output, Splice.Into into) {
            try {
                long read = 0;
                byte[] next = output.read(read);
                while (next.length > 0 && !closed) {
                    read += next.length;
                    into.take(next, 0, next.length);
                    next = output.read(read);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void give(byte[] bytes, int offset, int length) {
            int known = (int) Math.clamp(from - at, 0, length);
            at += length;
            if (known < length) {
                sink.output(bytes, offset + known, length - known, at);
            }
        }

        @Override
        public Exit await() throws InterruptedException {
            thread.join();
            if (container.isLost()) {
                throw gone(Fault.Kind.UNAVAILABLE, container.name());
            }
            List<ServiceEnd> ends = services.stream().map(LocalService::end).toList();
            return new Exit(container.awaitEnd(), false, 0, 0, ends);
        }

        @Override
        public void stop() {
            container.kill();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
