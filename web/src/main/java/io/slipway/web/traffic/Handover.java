package io.slipway.web.traffic;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.slipway.engine.route.PlainJson;
import io.slipway.web.traffic.proxy.Transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Passes listening sockets from one process to the next over a Unix socket. The socket lies in a
/// folder that only this user can enter, made for one handover.
final class Handover {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Handover() {}

    /// What the predecessor answers when it has sent them.
    ///
    /// @param sockets how many there are
    record Sent(int sockets) implements Control.Answer {
        @Override
        public Map<String, ?> json() {
            return Map.of("sockets", sockets);
        }
    }

    /// Asks a switch for its sockets. Until it is told to retire it goes on accepting as well.
    ///
    /// @throws IOException when it does not hand them over
    static Inherited take(ControlCall predecessor, Transport transport) throws IOException {
        Path folder = Files.createTempDirectory("slipway");
        Path socket = folder.resolve("s");
        BlockingQueue<FileDescriptor> received = new LinkedBlockingQueue<>();
        Channel listening = listen(transport, socket, received);
        try {
            ControlCall.Reply reply =
                    predecessor.call(
                            "POST",
                            "/handover",
                            PlainJson.write(Map.of("socket", socket.toString())),
                            PATIENCE);
            if (!reply.ok()) {
                throw new IOException("the running switch refused: " + reply.text());
            }
            long count = PlainJson.parse(reply.body()).number("sockets");
            return new Inherited(adopt(transport, received, count));
        } finally {
            listening.close().awaitUninterruptibly(2000);
            Files.deleteIfExists(socket);
            Files.deleteIfExists(folder);
        }
    }

    /// Sends sockets to a successor that waits for them.
    ///
    /// @throws IOException when it can't be reached
    static void pass(Transport transport, Path socket, List<FileDescriptor> descriptors)
            throws IOException {
        Channel channel =
                new Bootstrap()
                        .group(transport.group())
                        .channelFactory(transport.domainConnecting())
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(socket.toFile()))
                        .awaitUninterruptibly()
                        .channel();
        try {
            for (FileDescriptor descriptor : descriptors) {
                if (!channel.writeAndFlush(descriptor).awaitUninterruptibly().isSuccess()) {
                    throw new IOException("the successor does not take the sockets");
                }
            }
        } finally {
            channel.close();
        }
    }

    private static Channel listen(
            Transport transport, Path socket, BlockingQueue<FileDescriptor> received) {
        return new ServerBootstrap()
                .group(transport.group())
                .channelFactory(transport.domainListening())
                .childOption(
                        UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
                        DomainSocketReadMode.FILE_DESCRIPTORS)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Receiver(received));
                            }
                        })
                .bind(new DomainSocketAddress(socket.toFile()))
                .syncUninterruptibly()
                .channel();
    }

    private static List<ServerChannel> adopt(
            Transport transport, BlockingQueue<FileDescriptor> received, long count)
            throws IOException {
        List<ServerChannel> channels = new ArrayList<>();
        while (channels.size() < count) {
            FileDescriptor descriptor;
            try {
                descriptor = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (descriptor == null) {
                new Inherited(channels).close();
                throw new IOException("a socket did not arrive");
            }
            channels.add(transport.adopt(descriptor));
        }
        return channels;
    }

    /// Collects descriptors.
    private static final class Receiver extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<FileDescriptor> received;

        Receiver(BlockingQueue<FileDescriptor> received) {
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof FileDescriptor descriptor) {
                received.add(descriptor);
            } else {
                ReferenceCountUtil.release(message);
            }
        }
    }
}
