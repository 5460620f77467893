package io.slipway.web.traffic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.FileDescriptor;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.traffic.proxy.Journal;
import io.slipway.web.traffic.proxy.Proxy;
import io.slipway.web.traffic.proxy.Transport;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The listening sockets: the public ones, and those of apps on the loopback. Each is bound here or
/// comes from a predecessor. Used under the lock of [TrafficSwitch].
final class Listeners {

    private final Transport transport;
    private final Proxy proxy;
    private final List<Channel> open = new ArrayList<>();
    private final Map<Integer, Channel> loopback = new HashMap<>();

    Listeners(Transport transport, Proxy proxy) {
        this.transport = transport;
        this.proxy = proxy;
    }

    /// Listens on the public addresses; those that came from a predecessor are taken, others bound.
    ///
    /// @throws Fault CONFLICT when a port is taken, PERMISSION when it may not be used
    void open(List<InetSocketAddress> wanted, Inherited inherited) {
        for (InetSocketAddress address : wanted) {
            ServerChannel passed = inherited.take(address);
            if (passed != null) {
                open.add(adopt(passed, null));
                continue;
            }
            ChannelFuture bound =
                    bind(
                            address,
                            null,
                            address.getAddress().isLoopbackAddress() && !open.isEmpty());
            if (bound.isSuccess()) {
                open.add(bound.channel());
            }
        }
    }

    /// Listens on exactly these ports of 127.0.0.1 for single apps.
    ///
    /// @return those that could not be had
    Set<Integer> loopback(Set<Integer> wanted, Inherited inherited) {
        for (Map.Entry<Integer, Channel> entry : List.copyOf(loopback.entrySet())) {
            if (!wanted.contains(entry.getKey())) {
                entry.getValue().close().awaitUninterruptibly(2000);
                loopback.remove(entry.getKey());
            }
        }
        Set<Integer> failed = new TreeSet<>();
        for (Integer port : wanted) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
            ServerChannel passed = loopback.containsKey(port) ? null : inherited.take(address);
            if (passed != null) {
                loopback.put(port, adopt(passed, port));
            } else if (!loopback.containsKey(port)) {
                ChannelFuture bound = bindTo(address, port);
                if (bound.isSuccess()) {
                    loopback.put(port, bound.channel());
                } else {
                    Journal.line(Addresses.text(address) + " is taken: no app is served there");
                    failed.add(port);
                }
            }
        }
        return failed;
    }

    List<String> addresses() {
        return open.stream()
                .map(channel -> Addresses.text((InetSocketAddress) channel.localAddress()))
                .toList();
    }

    /// To be passed to a successor.
    List<FileDescriptor> descriptors() {
        List<FileDescriptor> all = new ArrayList<>();
        open.forEach(channel -> all.add(transport.descriptor(channel)));
        loopback.values().forEach(channel -> all.add(transport.descriptor(channel)));
        return all;
    }

    /// Accepts nothing any more. What a successor holds goes on listening.
    void close() {
        List<Channel> all = new ArrayList<>(open);
        all.addAll(loopback.values());
        open.clear();
        loopback.clear();
        all.forEach(channel -> channel.close().awaitUninterruptibly(2000));
    }

    /// Registering suffices: the socket is bound and listens already.
    private Channel adopt(ServerChannel passed, @Nullable Integer port) {
        return proxy.listener(port)
                .channelFactory(() -> passed)
                .register()
                .syncUninterruptibly()
                .channel();
    }

    private ChannelFuture bindTo(InetSocketAddress address, @Nullable Integer port) {
        return proxy.listener(port)
                .channelFactory(transport.listening())
                .bind(address)
                .awaitUninterruptibly();
    }

    private ChannelFuture bind(
            InetSocketAddress address, @Nullable Integer port, boolean mayBeMissing) {
        ChannelFuture bound = bindTo(address, port);
        if (!bound.isSuccess()) {
            String why = String.valueOf(bound.cause().getMessage());
            if (!mayBeMissing || !why.contains("assign requested address")) {
                throw refused(address, why, bound.cause());
            }
            Journal.line(Addresses.text(address) + " is not there on this machine");
        }
        return bound;
    }

    private static Fault refused(InetSocketAddress address, String why, Throwable cause) {
        String what = "cannot listen on " + Addresses.text(address) + ": ";
        if (why.contains("in use")) {
            String owner = PortOwner.of(address.getPort()).orElse("another process");
            return new Fault(
                    Kind.CONFLICT,
                    what + owner + " has the port",
                    "stop it, or take another port: SLIPWAY_PORT="
                            + free(address.getPort() + 1)
                            + " ./slipway up",
                    cause);
        }
        if (why.contains("ermission")) {
            return new Fault(
                    Kind.PERMISSION,
                    what + "ports below 1024 need rights that this user has not",
                    "take another port: SLIPWAY_PORT=8080 ./slipway up",
                    cause);
        }
        return new Fault(
                Kind.CONFIGURATION, what + why, "check the addresses in SLIPWAY_LISTEN", cause);
    }

    private static int free(int from) {
        for (int port = from; port < Math.min(from + 100, 65536); port++) {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                // Taken as well.
            }
        }
        return from;
    }
}
