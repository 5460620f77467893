package io.slipway.web.traffic;

import io.netty.channel.ServerChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Listening sockets that came from a predecessor and that nobody has taken yet.
final class Inherited implements AutoCloseable {
    private final List<ServerChannel> left;

    Inherited(List<ServerChannel> channels) {
        left = new ArrayList<>(channels);
    }

    static Inherited nothing() {
        return new Inherited(List.of());
    }

    /// The one that listens on an address, where port 0 stands for any; `null` when there is none.
    @Nullable ServerChannel take(InetSocketAddress wanted) {
        for (ServerChannel channel : left) {
            InetSocketAddress local = (InetSocketAddress) channel.localAddress();
            boolean port = wanted.getPort() == 0 || wanted.getPort() == local.getPort();
            if (port && local.getAddress().equals(wanted.getAddress())) {
                left.remove(channel);
                return channel;
            }
        }
        return null;
    }

    /// Closes what nobody wanted.
    @Override
    public void close() {
        left.forEach(channel -> channel.unsafe().closeForcibly());
        left.clear();
    }
}
