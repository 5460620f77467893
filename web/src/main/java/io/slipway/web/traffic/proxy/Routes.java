package io.slipway.web.traffic.proxy;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.ServerLink;
import io.slipway.web.traffic.http.HostName;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The table in force, and who is in flight to where. One lock guards both: a request is claimed
/// for a backend of the old table before a swap, or for one of the new table after it, and a drain
/// that follows the swap sees every claim of the old one.
public final class Routes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Backend> backends = new HashMap<>();
    private final Set<String> reachable = ConcurrentHashMap.newKeySet();
    private RouteTable table = RouteTable.EMPTY;
    private int turn;

    /// How much is going on at a backend.
    ///
    /// @param inFlight requests claimed and not yet ended
    /// @param connections open ones, idle ones included
    public record Load(int inFlight, int connections) {}

    /// The table in force.
    public RouteTable table() {
        lock.lock();
        try {
            return table;
        } finally {
            lock.unlock();
        }
    }

    /// Puts another table in force. Whoever is claimed afterwards goes by it.
    ///
    /// @return whether it was put in force: an older revision is not
    public boolean swap(RouteTable next) {
        lock.lock();
        try {
            if (next.revision() < table.revision()) {
                return false;
            }
            table = next;
            reachable.addAll(targets(next));
            reachable.retainAll(targets(next));
            backends.values().removeIf(this::isForgotten);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// What is in flight, by backend: those of the table, and others that are not idle yet.
    public Map<String, Load> loads() {
        lock.lock();
        try {
            Map<String, Load> loads = new TreeMap<>();
            targets(table).forEach(name -> loads.put(name, new Load(0, 0)));
            backends.values().stream()
                    .filter(backend -> !isForgotten(backend))
                    .forEach(
                            backend ->
                                    loads.put(
                                            backend.name(),
                                            new Load(
                                                    backend.inFlight(),
                                                    backend.connections().get())));
            return loads;
        } finally {
            lock.unlock();
        }
    }

    /// Completes when no request that was claimed for a backend is in flight any more.
    public CompletableFuture<Void> drained(String backend) {
        lock.lock();
        try {
            Backend known = backends.get(backend);
            return known == null ? CompletableFuture.completedFuture(null) : known.drained();
        } finally {
            lock.unlock();
        }
    }

    /// Claims a backend for a request.
    ///
    /// @param host lower case, without port; `null` when there is none
    /// @param loopbackPort the port it came in by, when that is one app's own
    /// @param tried backends that did not accept the request
    Destination claim(@Nullable String host, @Nullable Integer loopbackPort, Set<String> tried) {
        lock.lock();
        try {
            if (loopbackPort != null) {
                return app(byPort(loopbackPort), tried);
            }
            if (host == null || isOwn(host)) {
                return server();
            }
            return app(table.routes().get(host), tried);
        } finally {
            lock.unlock();
        }
    }

    void release(Claim claim) {
        List<CompletableFuture<Void>> drained = List.of();
        lock.lock();
        try {
            if (claim.end()) {
                drained = claim.backend().leave();
                if (isForgotten(claim.backend())) {
                    backends.remove(claim.backend().name(), claim.backend());
                }
            }
        } finally {
            lock.unlock();
        }
        drained.forEach(done -> done.complete(null));
    }

    /// Whether the table in force sends anything to a backend: idle connections to others are
    /// closed.
    boolean isReachable(Backend backend) {
        return reachable.contains(backend.name());
    }

    private boolean isOwn(String host) {
        return host.equals("localhost")
                || HostName.isAddress(host)
                || table.ownHosts().contains(host);
    }

    private @Nullable Route byPort(int port) {
        return table.routes().values().stream()
                .filter(route -> route.loopbackPort() != null && route.loopbackPort() == port)
                .findFirst()
                .orElse(null);
    }

    private Destination server() {
        ServerLink link = table.server();
        return link == null
                ? new Destination.NoServer()
                : new Destination.Server(claim(name(link)), link);
    }

    private Destination app(@Nullable Route route, Set<String> tried) {
        if (route == null) {
            return new Destination.Unknown();
        }
        List<String> left = new ArrayList<>(route.backends());
        left.removeAll(tried);
        if (left.isEmpty()) {
            return new Destination.Unhealthy(route);
        }
        return new Destination.App(claim(leastBusy(left)), route);
    }

    private String leastBusy(List<String> names) {
        turn = turn == Integer.MAX_VALUE ? 0 : turn + 1;
        String best = names.get(turn % names.size());
        for (String name : names) {
            if (inFlight(name) < inFlight(best)) {
                best = name;
            }
        }
        return best;
    }

    private int inFlight(String name) {
        Backend backend = backends.get(name);
        return backend == null ? 0 : backend.inFlight();
    }

    private Claim claim(String name) {
        Backend backend = backends.computeIfAbsent(name, Backend::new);
        backend.enter();
        return new Claim(this, backend);
    }

    private boolean isForgotten(Backend backend) {
        return backend.inFlight() == 0
                && backend.connections().get() == 0
                && !reachable.contains(backend.name());
    }

    /// The page of Slipway's that tells how an app is; null while it is not known.
    @Nullable String page(Route route) {
        String self = table().self();
        return self == null ? null : self + "/" + route.project();
    }

    private static Set<String> targets(RouteTable table) {
        Set<String> names = ConcurrentHashMap.newKeySet();
        table.routes().values().forEach(route -> names.addAll(route.backends()));
        if (table.server() != null) {
            names.add(name(table.server()));
        }
        return names;
    }

    private static String name(ServerLink link) {
        String host = link.host();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + link.port();
    }
}
