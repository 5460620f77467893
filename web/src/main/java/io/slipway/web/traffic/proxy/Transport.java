package io.slipway.web.traffic.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/// The event loops and the kinds of sockets that this machine offers: native where it can be, for
/// only native sockets can be passed to another process.
public final class Transport implements AutoCloseable {
    private final EventLoopGroup group;
    private final Sockets sockets;

    /// @param adopt makes a listening socket of an inherited descriptor
    private record Sockets(
            IoHandlerFactory io,
            ChannelFactory<? extends ServerChannel> listening,
            ChannelFactory<? extends Channel> connecting,
            @Nullable NativeSockets natives) {}

    private record NativeSockets(
            Adoption adopt,
            ChannelFactory<? extends ServerChannel> domainListening,
            ChannelFactory<? extends Channel> domainConnecting) {}

    /// Makes a channel of a descriptor that is bound and listening already.
    private interface Adoption {
        ServerChannel of(int descriptor);
    }

    private Transport(Sockets sockets, int threads) {
        this.sockets = sockets;
        group =
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("switch"), sockets.io());
    }

    /// The best one that works here.
    ///
    /// @param threads event loops; each connection belongs to one of them
    public static Transport best(int threads) {
        if (Epoll.isAvailable()) {
            return new Transport(epoll(), threads);
        }
        return KQueue.isAvailable() ? new Transport(kqueue(), threads) : portable(threads);
    }

    /// One that works everywhere and can't pass sockets on.
    public static Transport portable(int threads) {
        return new Transport(
                new Sockets(
                        NioIoHandler.newFactory(),
                        NioServerSocketChannel::new,
                        NioSocketChannel::new,
                        null),
                threads);
    }

    private static Sockets epoll() {
        return new Sockets(
                EpollIoHandler.newFactory(),
                EpollServerSocketChannel::new,
                EpollSocketChannel::new,
                new NativeSockets(
                        EpollServerSocketChannel::new,
                        EpollServerDomainSocketChannel::new,
                        EpollDomainSocketChannel::new));
    }

    private static Sockets kqueue() {
        return new Sockets(
                KQueueIoHandler.newFactory(),
                KQueueServerSocketChannel::new,
                KQueueSocketChannel::new,
                new NativeSockets(
                        KQueueServerSocketChannel::new,
                        KQueueServerDomainSocketChannel::new,
                        KQueueDomainSocketChannel::new));
    }

    /// The event loops.
    public EventLoopGroup group() {
        return group;
    }

    /// Whether listening sockets can be passed to another process and adopted from one.
    public boolean passesSockets() {
        return sockets.natives() != null;
    }

    /// Makes sockets that listen.
    public ChannelFactory<? extends ServerChannel> listening() {
        return sockets.listening();
    }

    /// Makes sockets that connect.
    public ChannelFactory<? extends Channel> connecting() {
        return sockets.connecting();
    }

    /// Makes Unix sockets that listen; only where [#passesSockets()].
    public ChannelFactory<? extends ServerChannel> domainListening() {
        return natives().domainListening();
    }

    /// Makes Unix sockets that connect; only where [#passesSockets()].
    public ChannelFactory<? extends Channel> domainConnecting() {
        return natives().domainConnecting();
    }

    /// Makes a channel of a descriptor that is bound and listening already.
    public ServerChannel adopt(FileDescriptor descriptor) {
        return natives().adopt().of(descriptor.intValue());
    }

    /// The descriptor of a listening channel, to be passed on.
    public FileDescriptor descriptor(Channel listening) {
        return ((UnixChannel) listening).fd();
    }

    private NativeSockets natives() {
        if (sockets.natives() == null) {
            throw new IllegalStateException("no native transport");
        }
        return sockets.natives();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5000);
    }
}
