package io.slipway.web.traffic.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.slipway.web.traffic.http.Networks;
import io.slipway.web.traffic.http.RequestDecoder;
import io.slipway.web.traffic.http.ResponseEncoder;
import io.slipway.web.traffic.tls.Tls;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The reverse proxy: what accepted connections are served by.
public final class Proxy {
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    /// Each takes 5 kB; the switch must not run out of memory.
    private static final int MOST_CLIENTS = 8192;

    private final Transport transport;
    private final Routes routes;
    private final Networks trusted;
    private final @Nullable Tls tls;
    private final ProxyLimits limits;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Map<EventLoop, Pool> pools = new ConcurrentHashMap<>();
    private final Complaints complaints = new Complaints();
    private volatile boolean retiring;

    /// @param trusted whose forwarding headers are believed
    /// @param tls null: plain HTTP only
    public Proxy(
            Transport transport,
            Routes routes,
            Networks trusted,
            @Nullable Tls tls,
            ProxyLimits limits) {
        this.transport = transport;
        this.routes = routes;
        this.trusted = trusted;
        this.tls = tls;
        this.limits = limits;
    }

    /// What a listening socket needs to be served by this proxy.
    ///
    /// @param loopbackPort the port, when it is one app's own; else `null`
    public ServerBootstrap listener(@Nullable Integer loopbackPort) {
        return new ServerBootstrap()
                .group(transport.group())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.MAX_MESSAGES_PER_READ, 1)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                serve(channel, loopbackPort);
                            }
                        });
    }

    /// From now on each answer closes its connection, for nothing is accepted any more.
    public void retire() {
        retiring = true;
    }

    /// Open connections of clients.
    public int clients() {
        return clients.size();
    }

    /// Closes the connections of clients over which nothing is in flight.
    public void closeIdle() {
        clients.forEach(
                channel ->
                        channel.pipeline().fireUserEventTriggered(FrontHandler.Event.CLOSE_IDLE));
    }

    /// Closes every connection of a client, whatever is in flight.
    public void closeClients() {
        clients.close().awaitUninterruptibly(2000);
    }

    private void serve(Channel channel, @Nullable Integer loopbackPort) {
        if (clients.size() >= MOST_CLIENTS) {
            channel.close();
            return;
        }
        clients.add(channel);
        ResponseEncoder encoder = new ResponseEncoder();
        channel.pipeline()
                .addLast("decoder", new RequestDecoder())
                .addLast("encoder", encoder)
                .addLast("flow", new FlowControlHandler())
                .addLast("front", new FrontHandler(this, encoder, loopbackPort));
        if (tls != null && loopbackPort == null) {
            tls.begin(channel);
        }
    }

    Pool pool(EventLoop loop) {
        return pools.computeIfAbsent(loop, l -> new Pool(transport, routes, limits, l));
    }

    Routes routes() {
        return routes;
    }

    Networks trusted() {
        return trusted;
    }

    ProxyLimits limits() {
        return limits;
    }

    Complaints complaints() {
        return complaints;
    }

    boolean retiring() {
        return retiring;
    }

    static WriteBufferWaterMark waterMark() {
        return WATER_MARK;
    }
}
