package io.slipway.web.traffic.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.slipway.web.traffic.http.ResponseDecoder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The connections to backends of one event loop, and so used by one thread. The one that was used
/// last is used first, and none that was idle for longer than a backend is sure to keep it open.
final class Pool {
    private static final int IDLE_PER_BACKEND = 64;

    private final Routes routes;
    private final ProxyLimits limits;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Map<String, Deque<Idle>> idle = new HashMap<>();
    private boolean sweeping;

    private record Idle(BackHandler connection, long since) {}

    Pool(Transport transport, Routes routes, ProxyLimits limits, EventLoop loop) {
        this.routes = routes;
        this.limits = limits;
        this.loop = loop;
        bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(transport.connecting())
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) limits.connect().toMillis())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.AUTO_CLOSE, false)
                        .option(ChannelOption.MAX_MESSAGES_PER_READ, 1)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Proxy.waterMark());
    }

    /// A connection that was used before and is open still, as far as can be known; or `null`.
    @Nullable BackHandler reuse(Backend backend) {
        Deque<Idle> connections = idle.get(backend.name());
        long oldest = System.nanoTime() - limits.backendIdle().toNanos();
        while (connections != null && !connections.isEmpty()) {
            Idle last = connections.removeLast();
            if (last.connection().isOpen() && last.since() - oldest > 0) {
                return last.connection();
            }
            last.connection().close();
        }
        return null;
    }

    /// Opens a connection; its handler is the last of its pipeline.
    ChannelFuture connect(Backend backend) {
        return bootstrap
                .clone()
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                open(channel, backend);
                            }
                        })
                .connect(backend.address());
    }

    /// Takes back a connection over which an exchange has ended whole.
    void keep(BackHandler connection) {
        Backend backend = connection.backend();
        Deque<Idle> connections = idle.computeIfAbsent(backend.name(), name -> new ArrayDeque<>());
        if (connections.size() >= IDLE_PER_BACKEND || !routes.isReachable(backend)) {
            connection.close();
            return;
        }
        connections.addLast(new Idle(connection, System.nanoTime()));
        connection.watch();
        sweepLater();
    }

    private static void open(Channel channel, Backend backend) {
        backend.connections().incrementAndGet();
        channel.closeFuture().addListener(closed -> backend.connections().decrementAndGet());
        ResponseDecoder decoder = new ResponseDecoder();
        channel.pipeline()
                .addLast("decoder", decoder)
                .addLast("encoder", new HttpRequestEncoder())
                .addLast("back", new BackHandler(backend, decoder));
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, limits.backendIdle().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        long oldest = System.nanoTime() - limits.backendIdle().toNanos();
        for (Deque<Idle> connections : idle.values()) {
            while (!connections.isEmpty() && connections.getFirst().since() - oldest <= 0) {
                connections.removeFirst().connection().close();
            }
        }
        idle.values().removeIf(Deque::isEmpty);
        if (!idle.isEmpty()) {
            sweepLater();
        }
    }
}
