package io.slipway.web.traffic.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.slipway.engine.route.Route;
import io.slipway.web.traffic.http.Answer;
import io.slipway.web.traffic.http.AnswerHead;
import io.slipway.web.traffic.http.Call;
import io.slipway.web.traffic.http.ForwardHeaders;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// One request on its way to a backend, and its answer on the way back. Everything here happens on
/// the event loop of the client's connection, which the backend's connection shares.
final class Exchange {
    private static final long PAUSE_MILLIS = 100;

    private final FrontHandler front;
    private final Proxy proxy;
    private final Call call;
    private final @Nullable Integer loopbackPort;
    private final Set<String> tried = new HashSet<>();
    private final Deadline patience = new Deadline();
    private @Nullable Claim claim;
    private @Nullable BackHandler back;
    private String who = "Slipway";
    private @Nullable Route app;
    private int sent;
    private boolean toServer;
    private boolean fresh;
    private boolean answerStarted;
    private boolean informational;
    private boolean tunnel;
    private boolean closeFront;
    private boolean keepBack;
    private boolean ended;

    Exchange(FrontHandler front, Proxy proxy, Call call, @Nullable Integer loopbackPort) {
        this.front = front;
        this.proxy = proxy;
        this.call = call;
        this.loopbackPort = loopbackPort;
        fresh = !call.repeatable();
    }

    boolean answerStarted() {
        return answerStarted;
    }

    /// Claims a backend by the table of this moment, and goes there.
    void start() {
        switch (proxy.routes().claim(call.host(), loopbackPort, tried)) {
            case Destination.Unknown() -> give(Answer.unknown(String.valueOf(call.host())));
            case Destination.NoServer() -> give(Answer.serverAway(Answer.newRequestId()));
            case Destination.Unhealthy(var route) -> {
                who = route.app();
                app = route;
                if (tried.isEmpty()) {
                    unavailable(route.cause() == null ? "no backend" : route.cause());
                } else {
                    startLater();
                }
            }
            case Destination.App(var claimed, var route) -> {
                who = route.app();
                app = route;
                call.addressToApp();
                go(claimed);
            }
            case Destination.Server(var claimed, var link) -> {
                toServer = true;
                call.addressToServer(link);
                go(claimed);
            }
        }
    }

    private void go(Claim claimed) {
        claim = claimed;
        Pool pool = proxy.pool(front.channel().eventLoop());
        BackHandler used = fresh ? null : pool.reuse(claimed.backend());
        if (used != null) {
            fresh = true;
            send(used);
        } else {
            ChannelFuture connecting = pool.connect(claimed.backend());
            connecting.addListener(done -> connected(connecting));
        }
    }

    private void connected(ChannelFuture connecting) {
        BackHandler handler = connecting.channel().pipeline().get(BackHandler.class);
        if (ended) {
            connecting.channel().close();
        } else if (connecting.isSuccess()) {
            send(handler);
        } else {
            connecting.channel().close();
            notAccepted(String.valueOf(connecting.cause().getMessage()));
        }
    }

    /// Nothing was sent: any request may be tried again, elsewhere or a little later.
    private void notAccepted(String why) {
        if (claim != null) {
            tried.add(claim.backend().name());
            claim.release();
        }
        if (!patience.isSet()) {
            patience.set(proxy.limits().noBackend());
        }
        if (patience.isOver()) {
            unavailable(why);
        } else if (toServer) {
            startLater();
        } else {
            start();
        }
    }

    private void startLater() {
        if (patience.isOver()) {
            unavailable("no backend accepts connections");
            return;
        }
        tried.clear();
        front.channel()
                .eventLoop()
                .schedule(
                        () -> {
                            if (!ended) {
                                start();
                            }
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void send(BackHandler handler) {
        back = handler;
        sent++;
        handler.serve(this, call.isHead());
        Channel channel = handler.channel();
        if (call.hasBody()) {
            channel.writeAndFlush(call.request());
            front.readBody();
        } else {
            channel.writeAndFlush(call.whole());
        }
        channel.read();
    }

    /// The next part of the request's body. What a trailer says is dropped.
    void content(HttpContent content) {
        if (back == null || !call.hasBody()) {
            content.release();
            return;
        }
        Channel channel = back.channel();
        if (content instanceof LastHttpContent) {
            ByteBuf rest = content.content();
            channel.writeAndFlush(
                    rest.isReadable()
                            ? new DefaultLastHttpContent(rest)
                            : LastHttpContent.EMPTY_LAST_CONTENT);
            if (!rest.isReadable()) {
                content.release();
            }
            return;
        }
        channel.writeAndFlush(content);
        if (channel.isWritable()) {
            front.readBody();
        }
    }

    void backendWritable() {
        if (call.hasBody() && front.awaitingEnd()) {
            front.readBody();
        }
    }

    void clientWritable() {
        if (back != null) {
            back.channel().read();
        }
    }

    /// A part of the answer.
    void answered(Object message) {
        if (message instanceof HttpResponse response) {
            if (response.decoderResult().isSuccess()) {
                head(response);
            } else {
                ReferenceCountUtil.release(message);
                lose("its answer is malformed");
            }
        } else if (message instanceof HttpContent content && !ended) {
            body(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    /// What was read is passed on; more is read when the client keeps up.
    void answerPaused() {
        front.flush();
        if (back != null && front.channel().isWritable()) {
            back.channel().read();
        }
    }

    private void head(HttpResponse response) {
        if (!toServer) {
            ForwardHeaders.dropSessionOfApp(response.headers());
        }
        if (response.status().code() == 101) {
            changeProtocol(response);
        } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            inform(response);
        } else {
            answerStarted = true;
            keepBack = AnswerHead.keepsConnection(response, call);
            AnswerHead.frame(response, call);
            closeFront = !call.keepAlive() || proxy.retiring() || front.awaitingEnd();
            if (closeFront) {
                response.headers().set(HttpHeaderNames.CONNECTION, "close");
            }
            front.write(response);
        }
    }

    private void inform(HttpResponse response) {
        informational = true;
        if (!call.old()) {
            HttpHeaders headers = response.headers();
            ForwardHeaders.stripAnswer(headers);
            front.write(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            response.status(),
                            Unpooled.EMPTY_BUFFER,
                            headers,
                            EmptyHttpHeaders.INSTANCE));
        }
    }

    private void changeProtocol(HttpResponse response) {
        if (!call.upgrades() || !AnswerHead.isWebSocket(response)) {
            lose("it changed the protocol unasked");
            return;
        }
        tunnel = true;
        answerStarted = true;
        ForwardHeaders.stripAnswer(response.headers());
        response.headers()
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.UPGRADE, "websocket");
        front.write(response);
    }

    private void body(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (informational) {
            informational = !last;
            content.release();
        } else if (!content.decoderResult().isSuccess()) {
            content.release();
            lose("its answer is malformed");
        } else {
            front.write(content);
            if (last) {
                front.flush();
                finish();
            }
        }
    }

    private void finish() {
        if (back == null) {
            return;
        }
        if (tunnel) {
            openTunnel(back.channel());
            return;
        }
        ended = true;
        if (keepBack && !front.awaitingEnd()) {
            back.release(proxy.pool(front.channel().eventLoop()));
        } else {
            back.close();
        }
        release();
        front.ended(closeFront);
    }

    private void openTunnel(Channel channel) {
        if (!front.becomeTunnel(channel)) {
            lose("the client did not wait for the change of protocol");
            return;
        }
        channel.pipeline().addBefore("back", "relay", new Relay(front.channel()));
        channel.pipeline().remove("decoder");
        channel.pipeline().remove("encoder");
        channel.read();
    }

    /// The backend ended the connection before its answer was whole.
    void backendClosed(String why) {
        back = null;
        if (ended) {
            return;
        }
        release();
        if (tunnel) {
            ended = true;
        } else if (answerStarted) {
            ended = true;
            front.abort();
        } else if (call.repeatable() && sent < 3 && !patience.isOver()) {
            start();
        } else {
            ended = true;
            String id = Answer.newRequestId();
            proxy.complaints().add(id, who, why);
            front.answer(Answer.broken(who, id), call);
        }
    }

    /// The client left: the backend may stop.
    void clientGone() {
        if (ended) {
            return;
        }
        ended = true;
        release();
        if (back != null && !tunnel) {
            back.close();
        }
    }

    private void lose(String why) {
        BackHandler lost = back;
        if (lost != null) {
            lost.close();
        }
        tunnel = false;
        sent = Integer.MAX_VALUE;
        backendClosed(why);
    }

    private void unavailable(String why) {
        String id = Answer.newRequestId();
        proxy.complaints().add(id, who, why);
        String causeAt = app == null ? null : proxy.routes().page(app);
        give(toServer ? Answer.serverAway(id) : Answer.unhealthy(who, id, causeAt));
    }

    private void give(Answer answer) {
        ended = true;
        release();
        front.answer(answer, call);
    }

    private void release() {
        if (claim != null) {
            claim.release();
        }
    }
}
