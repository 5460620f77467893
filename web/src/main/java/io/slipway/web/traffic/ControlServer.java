package io.slipway.web.traffic;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.slipway.engine.route.PlainJson;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.traffic.proxy.Journal;
import io.slipway.web.traffic.proxy.Transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The control port: on 127.0.0.1, and only for who knows the secret. Each request is served by a
/// virtual thread of its own.
final class ControlServer implements AutoCloseable {
    private static final int BODY_BYTES = 16 * 1024 * 1024;

    private final Control control;
    private final byte[] authorization;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Channel listening;

    ControlServer(Transport transport, Control control, String secret) {
        this.control = control;
        authorization = ("Bearer " + secret).getBytes(StandardCharsets.UTF_8);
        listening =
                new ServerBootstrap()
                        .group(transport.group())
                        .channelFactory(transport.listening())
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        serve(channel);
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                        .syncUninterruptibly()
                        .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    private void serve(Channel channel) {
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(3700))
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(BODY_BYTES))
                .addLast(
                        new SimpleChannelInboundHandler<FullHttpRequest>() {
                            @Override
                            protected void channelRead0(
                                    ChannelHandlerContext ctx, FullHttpRequest request) {
                                take(ctx, request);
                            }

                            @Override
                            public void exceptionCaught(
                                    ChannelHandlerContext ctx, Throwable cause) {
                                ctx.close();
                            }
                        });
    }

    private void take(ChannelHandlerContext ctx, FullHttpRequest request) {
        String given = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        if (!MessageDigest.isEqual(authorization, given.getBytes(StandardCharsets.UTF_8))) {
            answer(ctx, 401, "the switch's secret is missing or wrong");
            return;
        }
        String call = request.method() + " " + request.uri();
        byte[] body = ByteBufUtil.getBytes(request.content());
        threads.execute(() -> serve(ctx, call, body));
    }

    private void serve(ChannelHandlerContext ctx, String call, byte[] body) {
        try {
            byte[] json = PlainJson.write(done(call, body).json());
            answer(ctx, 200, new String(json, StandardCharsets.UTF_8));
        } catch (Fault e) {
            answer(ctx, status(e.kind()), e.message());
        } catch (RuntimeException e) {
            Journal.line(call + " failed: " + e);
            e.printStackTrace();
            answer(ctx, 500, "an unexpected mistake; the switch's log has it");
        }
    }

    private Control.Answer done(String call, byte[] body) {
        switch (call) {
            case "PUT /routes":
                return control.apply(body);
            case "GET /state":
                return control.state();
            case "POST /drain":
                return control.drain(Control.Drain.of(PlainJson.parse(body)));
            case "POST /handover":
                return control.handover(PlainJson.parse(body).text("socket"));
            case "POST /retire":
                control.retire();
                return control.state();
            case "POST /stop":
                control.stop();
                return control.state();
            default:
                throw new Fault(Kind.NOT_FOUND, "the switch does not know " + call, "");
        }
    }

    private static int status(Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> 404;
            case CONFIGURATION -> 400;
            case PERMISSION -> 403;
            case CONFLICT -> 409;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }

    private static void answer(ChannelHandlerContext ctx, int status, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(
                        HttpHeaderNames.CONTENT_TYPE,
                        status == 200 ? "application/json" : "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONNECTION, "close");
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly(2000);
        threads.shutdownNow();
    }
}
