package io.slipway.web.traffic.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.slipway.web.traffic.http.ResponseDecoder;

import org.jspecify.annotations.Nullable;

/// One connection to a backend: it serves one exchange after the other, and belongs to nobody in
/// between.
final class BackHandler extends ChannelInboundHandlerAdapter {
    private final Backend backend;
    private final ResponseDecoder decoder;
    private @Nullable Channel channel;
    private @Nullable Exchange exchange;
    private @Nullable Pool keeper;

    BackHandler(Backend backend, ResponseDecoder decoder) {
        this.backend = backend;
        this.decoder = decoder;
    }

    Backend backend() {
        return backend;
    }

    Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected");
        }
        return channel;
    }

    boolean isOpen() {
        return channel().isActive();
    }

    void serve(Exchange exchange, boolean head) {
        this.exchange = exchange;
        decoder.expecting(head);
    }

    /// Nobody's any more. It goes back to the pool when what was read with the end of the answer is
    /// known to be nothing else.
    void release(Pool pool) {
        exchange = null;
        keeper = pool;
    }

    /// Reads while idle, to see the other side close.
    void watch() {
        channel().read();
    }

    void close() {
        exchange = null;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (exchange == null) {
            ReferenceCountUtil.release(message);
            ctx.close();
        } else {
            exchange.answered(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.answerPaused();
        } else if (keeper != null && ctx.channel().isActive()) {
            Pool pool = keeper;
            keeper = null;
            pool.keep(this);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null && ctx.channel().isWritable()) {
            exchange.backendWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange served = exchange;
        exchange = null;
        if (served != null) {
            served.backendClosed("it closed the connection");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Exchange served = exchange;
        exchange = null;
        ctx.close();
        if (served != null) {
            served.backendClosed(String.valueOf(cause.getMessage()));
        }
    }
}
