package io.slipway.web.traffic.proxy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Somewhere that requests are sent to. Its count of requests is guarded by the lock of [Routes].
final class Backend {
    private final String name;
    private final InetSocketAddress address;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private int inFlight;

    /// @param name `address:port`, IPv6 in brackets
    Backend(String name) {
        this.name = name;
        int colon = name.lastIndexOf(':');
        String host = name.substring(0, colon);
        address =
                new InetSocketAddress(
                        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                        Integer.parseInt(name.substring(colon + 1)));
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        return address;
    }

    AtomicInteger connections() {
        return connections;
    }

    int inFlight() {
        return inFlight;
    }

    void enter() {
        inFlight++;
    }

    /// @return who waited for this to be the last one
    List<CompletableFuture<Void>> leave() {
        inFlight--;
        if (inFlight > 0 || waiting.isEmpty()) {
            return List.of();
        }
        List<CompletableFuture<Void>> drained = List.copyOf(waiting);
        waiting.clear();
        return drained;
    }

    /// Completes when nothing is in flight any more.
    CompletableFuture<Void> drained() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        if (inFlight == 0) {
            drained.complete(null);
        } else {
            waiting.add(drained);
        }
        return drained;
    }
}
