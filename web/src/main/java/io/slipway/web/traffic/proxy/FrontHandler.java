package io.slipway.web.traffic.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.slipway.web.traffic.http.Answer;
import io.slipway.web.traffic.http.Call;
import io.slipway.web.traffic.http.Refusal;
import io.slipway.web.traffic.http.RequestDecoder;
import io.slipway.web.traffic.http.RequestRules;
import io.slipway.web.traffic.http.ResponseEncoder;
import io.slipway.web.traffic.tls.Tls;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// One connection of a client: takes its requests one after the other, and keeps its time limits.
/// Nothing is read that nobody wants yet; after a request one read is always open, to see the
/// client leave.
final class FrontHandler extends ChannelInboundHandlerAdapter {
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Proxy proxy;
    private final ResponseEncoder encoder;
    private final @Nullable Integer loopbackPort;
    private final Deadline reading = new Deadline();
    private final Deadline writing = new Deadline();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private @Nullable HttpRequest next;
    private boolean headBegan;
    private boolean awaitingEnd;
    private boolean broken;
    private boolean closing;

    /// What the proxy tells its connections.
    enum Event {
        /// Close if nothing is in flight.
        CLOSE_IDLE
    }

    FrontHandler(Proxy proxy, ResponseEncoder encoder, @Nullable Integer loopbackPort) {
        this.proxy = proxy;
        this.encoder = encoder;
        this.loopbackPort = loopbackPort;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        reading.set(proxy.limits().head());
        checkLater();
        ctx.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Event.CLOSE_IDLE && exchange == null && next == null && !closing) {
            ctx.close();
        }
        if (event == RequestDecoder.Event.HEAD_BEGAN && !headBegan) {
            headBegan = true;
            if (exchange == null && !closing) {
                reading.set(proxy.limits().head());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing || broken) {
            ReferenceCountUtil.release(message);
            ctx.executor().execute(ctx::read);
        } else if (message instanceof HttpRequest request) {
            headBegan = false;
            if (exchange == null) {
                begin(request);
            } else {
                next = request;
            }
        } else if (message instanceof HttpContent content) {
            content(ctx, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        reading.clear();
        awaitingEnd = true;
        Refusal refusal = RequestRules.check(request);
        encoder.answering(request.method().name().equals("HEAD"));
        if (refusal != null) {
            answerAndClose(Answer.refused(refusal), request);
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) channel().remoteAddress();
        Call call = new Call(request, peer.getAddress(), proxy.trusted(), Tls.isOn(channel()));
        exchange = new Exchange(this, proxy, call, loopbackPort);
        exchange.start();
        if (!call.hasBody()) {
            ctx().read();
        }
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        reading.clear();
        if (!content.decoderResult().isSuccess()) {
            content.release();
            malformed();
            return;
        }
        boolean last = content instanceof LastHttpContent;
        awaitingEnd = awaitingEnd && !last;
        if (exchange == null) {
            content.release();
            ctx.executor().execute(ctx::read);
            return;
        }
        exchange.content(content);
        if (last) {
            ctx.read();
        }
    }

    /// Reads on in a body; the client has some time for it.
    void readBody() {
        reading.set(proxy.limits().stalled());
        ctx().read();
    }

    boolean awaitingEnd() {
        return awaitingEnd;
    }

    Channel channel() {
        return ctx().channel();
    }

    void write(Object message) {
        ctx().write(message, ctx().voidPromise());
        if (!channel().isWritable()) {
            ctx().flush();
        }
    }

    void flush() {
        ctx().flush();
    }

    /// Answers by itself what was asked.
    void answer(Answer answer, Call call) {
        boolean close = awaitingEnd && call.hasBody() || !call.keepAlive() || proxy.retiring();
        FullHttpResponse message = answer.message(call.request());
        if (close) {
            message.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
        ctx().writeAndFlush(message, ctx().voidPromise());
        ended(close);
    }

    private void answerAndClose(Answer answer, @Nullable HttpRequest request) {
        HttpResponse message = answer.message(request);
        message.headers().set(HttpHeaderNames.CONNECTION, "close");
        ctx().writeAndFlush(message, ctx().voidPromise());
        ended(true);
    }

    /// The exchange is over, and its answer is written.
    void ended(boolean close) {
        exchange = null;
        if (close || broken) {
            linger();
            return;
        }
        reading.set(headBegan ? proxy.limits().head() : proxy.limits().keepAlive());
        HttpRequest waiting = next;
        next = null;
        if (waiting != null) {
            begin(waiting);
        }
    }

    /// Ends the connection at once: an answer that is cut off must not look whole.
    void abort() {
        exchange = null;
        ctx().close();
    }

    /// From now on the connection belongs to a tunnel.
    ///
    /// @return false when the client did not wait for that
    boolean becomeTunnel(Channel backend) {
        if (next != null || broken) {
            return false;
        }
        reading.clear();
        writing.clear();
        channel().pipeline().addBefore("front", "relay", new Relay(backend));
        channel().pipeline().remove("decoder");
        channel().pipeline().remove("flow");
        channel().pipeline().remove("encoder");
        channel().read();
        return true;
    }

    /// Says goodbye and reads until the client has understood: closing with unread bytes would
    /// destroy the answer on its way.
    private void linger() {
        closing = true;
        reading.set(LINGER);
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(done -> ((DuplexChannel) channel()).shutdownOutput());
        ctx().read();
    }

    private void malformed() {
        Exchange served = exchange;
        if (served == null) {
            encoder.answering(false);
            answerAndClose(Answer.refused(Refusal.bad("the request is malformed")), null);
        } else if (!awaitingEnd) {
            broken = true;
        } else {
            stop(served, Answer.refused(Refusal.bad("the body is malformed")));
        }
    }

    private void stop(Exchange served, Answer answer) {
        boolean answered = served.answerStarted();
        served.clientGone();
        exchange = null;
        if (answered) {
            ctx().close();
        } else {
            answerAndClose(answer, null);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable()) {
            writing.set(proxy.limits().stalled());
            return;
        }
        writing.clear();
        if (exchange != null) {
            exchange.clientWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange served = exchange;
        exchange = null;
        closing = true;
        if (served != null) {
            served.clientGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException && !closing) {
            malformed();
        } else {
            ctx.close();
        }
    }

    private void checkLater() {
        long every = Math.clamp(proxy.limits().head().toMillis() / 5, 20, 3000);
        ctx().executor().schedule(this::checkDeadlines, every, TimeUnit.MILLISECONDS);
    }

    private void checkDeadlines() {
        if (!channel().isActive()) {
            return;
        }
        checkLater();
        if (writing.isOver()) {
            ctx().close();
        } else if (reading.isOver()) {
            tooSlow();
        }
    }

    private void tooSlow() {
        reading.clear();
        Answer late =
                Answer.refused(
                        new Refusal(HttpResponseStatus.REQUEST_TIMEOUT, "it did not come in time"));
        if (exchange != null) {
            stop(exchange, late);
        } else if (headBegan && !closing) {
            encoder.answering(false);
            answerAndClose(late, null);
        } else {
            ctx().close();
        }
    }

    private ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }
}
