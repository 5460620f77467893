package io.slipway.engine.release;

import com.sun.net.httpserver.HttpServer;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// A target in memory. Each container listens on a real port while it runs. It refuses misuse: two
/// containers that run with one volume, two with one slot.
///
/// The first word of an app's command says what it does: `serve`, or `exit` with a code.
public final class ScriptedDeployer implements Deployer, AutoCloseable {
    /// What happens before and after a call; may throw.
    @FunctionalInterface
    public interface Hook {
        void at(String call, boolean done);
    }

    public final List<String> calls = new ArrayList<>();

    /// What a tag stands for.
    public volatile String engineId = "sha256:1";

    /// What each app's container printed last.
    public volatile String lastLine = "bye";

    /// What is in the way of containers that do not carry the app's name yet.
    public volatile @Nullable Obstacle obstacle;

    /// Whose place somebody else has taken, until it is given back.
    public final Set<String> replaced = ConcurrentHashMap.newKeySet();

    private final Map<String, Container> containers = new TreeMap<>();
    private final Map<String, List<Entry>> printed = new HashMap<>();
    private volatile Hook hook = (call, done) -> {};

    /// A line that a container printed.
    public record Entry(long nanos, String text) {}

    private static final class Container {
        final AppOrder order;
        final HttpServer server;
        boolean running = true;
        boolean announced;
        boolean lost;
        int run = 1;
        int exitCode;

        Container(AppOrder order) {
            this.order = order;
            try {
                server =
                        HttpServer.create(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.createContext(
                    "/",
                    exchange -> {
                        exchange.sendResponseHeaders(running ? 200 : 503, -1);
                        exchange.close();
                    });
            server.start();
        }
    }

    public void hook(Hook hook) {
        this.hook = hook;
    }

    private interface Effect<T> {
        T run();
    }

    private <T> T call(String call, Effect<T> effect) {
        hook.at(call, false);
        T result;
        synchronized (this) {
            calls.add(call);
            result = effect.run();
        }
        hook.at(call, true);
        return result;
    }

    private Container must(String name) {
        Container found = containers.get(name);
        if (found == null) {
            throw new Fault(Kind.UNAVAILABLE, "cannot use " + name + ": it is gone", "");
        }
        return found;
    }

    @Override
    public ReadyImage pull(String reference, Progress progress) {
        return call("pull", () -> new ReadyImage(reference, engineId, List.of()));
    }

    @Override
    public String ensure(BuiltImage image) {
        return call("ensure", image::engineId);
    }

    @Override
    public void start(AppOrder order) {
        call(
                "start",
                () -> {
                    if (!containers.containsKey(order.container())) {
                        containers
                                .values()
                                .forEach(
                                        other -> {
                                            if (other.order.slot() == order.slot()) {
                                                throw new AssertionError("two have one slot");
                                            }
                                        });
                        containers.put(order.container(), new Container(order));
                        runs(order.container());
                    }
                    return true;
                });
    }

    private void runs(String name) {
        Container container = must(name);
        container.running = true;
        for (Container other : containers.values()) {
            if (other != container
                    && other.running
                    && !other.order.volumes().isEmpty()
                    && other.order.placement().id() == container.order.placement().id()) {
                throw new AssertionError("two containers write to one volume");
            }
        }
        if (container.order.command().getFirst().equals("exit")) {
            end(name, Integer.parseInt(container.order.command().get(1)), false);
        }
    }

    /// A container ends by itself, or with what runs it.
    public synchronized void end(String name, int exitCode, boolean lost) {
        Container container = must(name);
        container.running = false;
        container.exitCode = exitCode;
        container.lost = lost;
    }

    /// The first word of a hook's script says what it does: `pass`, `fail` with a code, or `wait`
    /// for [#endHook].
    private static final class HookContainer {
        final AppOrder like;
        final String script;
        String name;
        boolean started;
        boolean running;
        int exitCode;

        HookContainer(AppOrder like, Deployer.Hook hook) {
            this.like = like;
            this.script = hook.script();
            this.name = hook.container();
        }
    }

    private final Map<String, HookContainer> hooks = new TreeMap<>();

    /// Scripts that were started, in that order.
    public final List<String> hooked = new ArrayList<>();

    @Override
    public void makeHook(AppOrder like, Deployer.Hook hook) {
        call("makeHook", () -> hooks.putIfAbsent(hook.container(), new HookContainer(like, hook)));
    }

    @Override
    public Optional<String> startHook(String container, String as) {
        return call(
                "startHook",
                () -> {
                    HookContainer hook = hooks.get(container);
                    if (hook != null && !hook.started) {
                        hook.name = as;
                        begin(hook);
                    }
                    return Optional.ofNullable(hook).map(found -> found.name);
                });
    }

    private void begin(HookContainer hook) {
        for (Container other : containers.values()) {
            if (other.running && other.order.slot() == hook.like.slot()) {
                throw new AssertionError("two have one slot");
            }
            if (other.running
                    && !other.order.volumes().isEmpty()
                    && other.order.placement().id() == hook.like.placement().id()) {
                throw new AssertionError("two containers write to one volume");
            }
        }
        hook.started = true;
        hooked.add(hook.script);
        hook.running = hook.script.startsWith("wait");
        print(hook.name, 1, "this is " + hook.script + "\n");
        if (hook.script.startsWith("fail")) {
            hook.exitCode = Integer.parseInt(hook.script.split(" ")[1]);
        }
    }

    /// What waits ends.
    public synchronized void endHook(int exitCode) {
        hooks.values().stream()
                .filter(hook -> hook.running)
                .forEach(
                        hook -> {
                            hook.running = false;
                            hook.exitCode = exitCode;
                        });
        notifyAll();
    }

    @Override
    public void removeHook(String container) {
        call("removeHook", () -> hooks.remove(container) != null);
    }

    @Override
    public Set<String> hooks() {
        return call("hooks", () -> new HashSet<>(hooks.keySet()));
    }

    private Optional<HookContainer> hookNamed(String name) {
        return hooks.values().stream().filter(hook -> hook.name.equals(name)).findFirst();
    }

    @Override
    public Condition condition(String container) {
        return call(
                "condition",
                () -> {
                    Container found = containers.get(container);
                    if (found == null) {
                        return hookNamed(container)
                                .map(ScriptedDeployer::condition)
                                .orElse(Condition.NONE);
                    }
                    String run = Integer.toString(found.run);
                    if (obstacle != null && !found.announced) {
                        return new Condition(
                                Condition.State.COMING, null, false, 0, false, "", obstacle);
                    }
                    if (replaced.contains(container)) {
                        return new Condition(Condition.State.REPLACED, null, false, 0, false, run);
                    }
                    return found.running
                            ? new Condition(Condition.State.RUNNING, null, false, 0, false, run)
                            : new Condition(
                                    Condition.State.ENDED,
                                    found.exitCode,
                                    false,
                                    0,
                                    found.lost,
                                    run);
                });
    }

    private static Condition condition(HookContainer hook) {
        if (!hook.started) {
            return new Condition(Condition.State.MADE, null, false, 0, false, "");
        }
        return hook.running
                ? new Condition(Condition.State.RUNNING, null, false, 0, false, "1")
                : new Condition(Condition.State.ENDED, hook.exitCode, false, 0, false, "1");
    }

    @Override
    public List<Socket> listening(String container) {
        return call("listening", List::of);
    }

    @Override
    public int exec(String container, List<String> command, byte[] input, Printed printed) {
        throw new AssertionError("nothing is run in a scripted container");
    }

    @Override
    public boolean reaches(String container, int port) {
        return true;
    }

    @Override
    public String backend(String container, int port) {
        return call("backend", () -> "127.0.0.1:" + must(container).server.getAddress().getPort());
    }

    @Override
    public List<String> tail(String container, int lines) {
        return call(
                "tail",
                () ->
                        containers.containsKey(container)
                                ? List.of(lastLine)
                                : since(container, LogMark.BEGIN).stream()
                                        .map(entry -> entry.text().strip())
                                        .toList());
    }

    @Override
    public void announce(String container) {
        call("announce", () -> must(container).announced = true);
    }

    @Override
    public void withdraw(String container) {
        call("withdraw", () -> true);
    }

    @Override
    public void stop(String container, Duration grace) {
        call(
                "stop",
                () -> {
                    Container found = containers.get(container);
                    if (found != null && found.running) {
                        end(container, 137, false);
                    }
                    return true;
                });
    }

    @Override
    public void restart(String container) {
        call(
                "restart",
                () -> {
                    Container found = must(container);
                    replaced.remove(container);
                    if (!found.running) {
                        found.run++;
                        found.lost = false;
                        runs(container);
                    }
                    return true;
                });
    }

    @Override
    public void remove(String container) {
        call(
                "remove",
                () -> {
                    Container found = containers.remove(container);
                    if (found != null) {
                        found.running = false;
                        found.server.stop(0);
                    }
                    return true;
                });
    }

    @Override
    public Set<String> present() {
        return call("present", () -> new HashSet<>(containers.keySet()));
    }

    @Override
    public void sweep() {
        call("sweep", () -> true);
    }

    /// Names of those that run.
    public synchronized List<String> running() {
        return containers.entrySet().stream()
                .filter(e -> e.getValue().running)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// A container prints a line.
    public synchronized void print(String container, long nanos, String text) {
        printed.computeIfAbsent(container, name -> new ArrayList<>()).add(new Entry(nanos, text));
        notifyAll();
    }

    /// What a container has printed is thrown away.
    public synchronized void forget(String container) {
        printed.remove(container);
    }

    @Override
    public void follow(String container, LogMark after, Output output) throws InterruptedException {
        call("follow", () -> true);
        LogMark at = after;
        while (true) {
            List<Entry> fresh;
            synchronized (this) {
                fresh = since(container, at);
                Container of = containers.get(container);
                boolean runs =
                        of == null
                                ? hookNamed(container).filter(hook -> hook.running).isPresent()
                                : of.running;
                if (fresh.isEmpty() && !runs) {
                    return;
                }
                if (fresh.isEmpty()) {
                    wait(50);
                }
            }
            for (Entry entry : fresh) {
                byte[] bytes = entry.text().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                at = new LogMark(entry.nanos(), bytes.length);
                output.bytes(bytes, 0, bytes.length, at);
            }
        }
    }

    /// Times are taken to differ here.
    private List<Entry> since(String container, LogMark after) {
        return printed.getOrDefault(container, List.of()).stream()
                .filter(entry -> entry.nanos() > after.nanos())
                .toList();
    }

    @Override
    public synchronized void close() {
        containers.values().forEach(container -> container.server.stop(0));
    }
}
