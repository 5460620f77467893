package io.slipway.web.traffic;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.traffic.http.Networks;
import io.slipway.web.traffic.proxy.Journal;
import io.slipway.web.traffic.proxy.Proxy;
import io.slipway.web.traffic.proxy.Routes;
import io.slipway.web.traffic.proxy.Transport;
import io.slipway.web.traffic.tls.Tls;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The traffic switch: listens on the public addresses and passes each request to the app or the
/// server that its table names. It starts from its last table, from a predecessor's sockets when
/// there is one, and obeys its control port.
public final class TrafficSwitch implements Control, AutoCloseable {
    private static final Duration HANDOVER = Duration.ofSeconds(6);

    private final SwitchSettings settings;
    private final String version;
    private final SwitchFolder folder;
    private final Transport transport;
    private final Routes routes = new Routes();
    private final @Nullable Tls tls;
    private final Proxy proxy;
    private final Listeners listeners;
    private final Predecessor predecessor = new Predecessor();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ControlServer server;
    private @Nullable ControlFile own;
    private Phase phase = Phase.STARTING;

    /// Where in its life a switch is.
    private enum Phase {
        /// Not serving yet.
        STARTING,
        /// Serving, the one active switch of its data folder.
        ACTIVE,
        /// Serving, and about to be succeeded: its table stands still.
        HANDING_OVER,
        /// Succeeded: serving the connections it has, until the last one ends.
        RETIRED,
        /// Ending.
        STOPPED
    }

    /// A switch with the best sockets that this machine has.
    public TrafficSwitch(SwitchSettings settings) {
        this(settings, Transport.best(Math.clamp(cores(), 2, 4)), ProgramVersion.own());
    }

    TrafficSwitch(SwitchSettings settings, Transport transport, String version) {
        this.settings = settings;
        this.version = version;
        this.transport = transport;
        folder = new SwitchFolder(settings.data());
        tls = settings.tls() == null ? null : new Tls(settings.tls(), Journal::line).watch();
        proxy =
                new Proxy(
                        transport, routes, Networks.of(settings.trusted()), tls, settings.limits());
        listeners = new Listeners(transport, proxy);
    }

    /// Serves. When there is a switch for this data folder already, its sockets are taken over
    /// without a gap; it ends when its connections have ended.
    ///
    /// @throws Fault CONFLICT when a port is taken or another switch does not let go
    public synchronized void start() {
        Optional<ControlFile> running = folder.control().filter(TrafficSwitch::answers);
        try (Inherited inherited = running.map(this::succeed).orElseGet(Inherited::nothing)) {
            awaitLock(running.isPresent() ? HANDOVER : Duration.ofSeconds(1));
            routes.swap(folder.routes());
            listeners.open(settings.listen(), inherited);
            listeners.loopback(loopbackPorts(routes.table()), inherited);
            String secret = newSecret();
            server = new ControlServer(transport, this, secret);
            own =
                    new ControlFile(
                            ProcessHandle.current().pid(),
                            server.port(),
                            secret,
                            version,
                            settings(settings),
                            listeners.addresses());
            folder.publish(own);
            phase = Phase.ACTIVE;
        } catch (RuntimeException e) {
            end();
            throw e;
        }
        running.ifPresent(old -> tell(old, "/retire"));
        Journal.line(
                "listening on %s, revision %d"
                        .formatted(listeners.addresses(), routes.table().revision()));
    }

    /// Where it listens, `address:port`.
    public synchronized List<String> listening() {
        return listeners.addresses();
    }

    /// Waits until it was stopped, or its last connection has ended after it was succeeded.
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Accepts nothing any more, lets what is in flight end within the grace, and ends.
    @Override
    public void close() {
        synchronized (this) {
            if (phase == Phase.STOPPED) {
                return;
            }
            phase = Phase.STOPPED;
            listeners.close();
            proxy.retire();
            if (own != null) {
                folder.withdraw(own);
            }
        }
        proxy.closeIdle();
        awaitClients(settings.grace());
        synchronized (this) {
            end();
        }
    }

    @Override
    public Applied apply(byte[] json) {
        RouteTable table = RouteTable.parse(json);
        Set<Integer> failed = Set.of();
        synchronized (this) {
            if (phase == Phase.HANDING_OVER || phase == Phase.STARTING) {
                throw new Fault(Kind.UNAVAILABLE, "cannot take routes: a successor starts", "");
            }
            if (table.revision() < routes.table().revision()) {
                throw new Fault(
                        Kind.CONFLICT,
                        "cannot go back to revision %d: revision %d is in force"
                                .formatted(table.revision(), routes.table().revision()),
                        "");
            }
            if (phase == Phase.ACTIVE) {
                folder.keep(table);
            }
            routes.swap(table);
            if (phase == Phase.ACTIVE) {
                failed = listeners.loopback(loopbackPorts(table), Inherited.nothing());
            }
        }
        predecessor.apply(json);
        return new Applied(table.revision(), failed);
    }

    @Override
    public synchronized State state() {
        return new State(
                routes.table().revision(),
                listeners.addresses(),
                routes.loads(),
                ProcessHandle.current().pid(),
                version);
    }

    @Override
    public Left drain(Drain order) {
        Duration timeout = Duration.ofMillis(Math.clamp(order.timeoutMillis(), 0, 3_600_000));
        long start = System.nanoTime();
        try {
            routes.drained(order.backend()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            Journal.line(order.backend() + " is not drained after " + timeout.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        Routes.Load load = routes.loads().get(order.backend());
        Duration rest = timeout.minusNanos(System.nanoTime() - start);
        int before =
                predecessor.drain(
                        new Drain(order.backend(), Math.max(0, rest.toMillis())).bytes(),
                        rest.isNegative() ? Duration.ZERO : rest);
        return new Left((load == null ? 0 : load.inFlight()) + before);
    }

    @Override
    public Handover.Sent handover(String socket) {
        synchronized (this) {
            if (phase != Phase.ACTIVE) {
                throw new Fault(Kind.CONFLICT, "cannot hand over: not the active switch", "");
            }
            if (!transport.passesSockets()) {
                throw new Fault(Kind.CONFIGURATION, "cannot hand over: no native sockets here", "");
            }
            phase = Phase.HANDING_OVER;
            try {
                Handover.pass(transport, Path.of(socket), listeners.descriptors());
            } catch (IOException e) {
                phase = Phase.ACTIVE;
                throw new Fault(Kind.UNAVAILABLE, "cannot hand over: " + e.getMessage(), "", e);
            }
            folder.unlock();
            Thread.ofVirtual().start(this::takeBackUnlessRetired);
            return new Handover.Sent(listeners.descriptors().size());
        }
    }

    @Override
    public synchronized void retire() {
        if (phase == Phase.RETIRED || phase == Phase.STOPPED) {
            return;
        }
        phase = Phase.RETIRED;
        listeners.close();
        folder.unlock();
        proxy.retire();
        Journal.line("succeeded; %d connections are left".formatted(proxy.clients()));
        Thread.ofVirtual()
                .start(
                        () -> {
                            awaitClients(settings.retirement());
                            close();
                        });
    }

    @Override
    public void stop() {
        predecessor.stop();
        Thread.ofVirtual()
                .start(
                        () -> {
                            pause(Duration.ofMillis(50));
                            close();
                        });
    }

    /// The sockets of the running switch; without native sockets it is asked to let go of them.
    private Inherited succeed(ControlFile running) {
        predecessor.is(ControlCall.to(running));
        if (transport.passesSockets()) {
            try {
                return Handover.take(ControlCall.to(running), transport);
            } catch (IOException e) {
                Journal.line("cannot take over the sockets: " + e.getMessage());
            }
        }
        Journal.line("there is a short gap: the sockets are closed and opened again");
        tell(running, "/retire");
        return Inherited.nothing();
    }

    private void takeBackUnlessRetired() {
        pause(HANDOVER);
        synchronized (this) {
            if (phase == Phase.HANDING_OVER) {
                Journal.line("the successor did not get ready: going on");
                phase = Phase.ACTIVE;
                if (!folder.lock()) {
                    Journal.line("it is ready after all");
                    retire();
                }
            }
        }
    }

    private void awaitLock(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!folder.lock()) {
            if (System.nanoTime() > deadline) {
                throw new Fault(
                        Kind.CONFLICT,
                        "cannot start the switch: another one is active in " + settings.data(),
                        "stop it with ./slipway down");
            }
            pause(Duration.ofMillis(20));
        }
    }

    private void awaitClients(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (proxy.clients() > 0 && System.nanoTime() < deadline && ended.getCount() > 0) {
            pause(Duration.ofMillis(20));
        }
    }

    private void end() {
        phase = Phase.STOPPED;
        listeners.close();
        proxy.closeClients();
        if (server != null) {
            server.close();
        }
        if (tls != null) {
            tls.close();
        }
        transport.close();
        folder.close();
        ended.countDown();
    }

    /// Whether the switch that a file speaks of is there and obeys.
    static boolean answers(ControlFile control) {
        try {
            return ProcessHandle.of(control.pid()).isPresent()
                    && ControlCall.to(control)
                            .call("GET", "/state", new byte[0], Duration.ofSeconds(3))
                            .ok();
        } catch (IOException e) {
            return false;
        }
    }

    private static void tell(ControlFile control, String path) {
        try {
            ControlCall.to(control).call("POST", path, new byte[0], Duration.ofSeconds(5));
        } catch (IOException e) {
            Journal.line("the switch before this one has ended");
        }
    }

    /// Everything a running switch can't change, as one text.
    static String settings(SwitchSettings settings) {
        return String.join(" ", settings.addresses())
                + " | "
                + String.join(" ", settings.trusted())
                + (settings.tls() == null ? "" : " | " + settings.tls().shown());
    }

    private static Set<Integer> loopbackPorts(RouteTable table) {
        return table.routes().values().stream()
                .map(Route::loopbackPort)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private static String newSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
