package io.slipway.web.traffic.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.slipway.engine.route.ServerLink;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Set;

/// A checked request, made fit to be passed on, and what has to be known of how it came.
public final class Call {
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.OPTIONS,
                    HttpMethod.PUT,
                    HttpMethod.DELETE);

    private final HttpRequest request;
    private final InetAddress peer;
    private final Caller caller;
    private final boolean old;
    private final boolean keepAlive;
    private final boolean hasBody;
    private final @Nullable String upgrade;

    /// @param peer the other end of the client's connection
    /// @param trusted whose forwarding headers are believed
    /// @param tls whether the client's connection is one of TLS
    public Call(HttpRequest request, InetAddress peer, Networks trusted, boolean tls) {
        this.request = request;
        this.peer = peer;
        old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        keepAlive = !old && HttpUtil.isKeepAlive(request);
        hasBody =
                HttpUtil.isTransferEncodingChunked(request)
                        || !request.headers()
                                .get(HttpHeaderNames.CONTENT_LENGTH, "0")
                                .matches("0+");
        caller = Caller.of(peer, trusted, request.headers(), tls ? "https" : "http");
        upgrade = old ? null : ForwardHeaders.strip(request);
        if (old) {
            ForwardHeaders.strip(request);
            request.headers().remove(HttpHeaderNames.EXPECT);
        }
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }

    /// What is passed on.
    public HttpRequest request() {
        return request;
    }

    /// As the one message that a request without body is.
    public HttpRequest whole() {
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
    }

    /// Lower case, without port; `null` when there is none.
    public @Nullable String host() {
        String authority = request.headers().get(HttpHeaderNames.HOST);
        return authority == null ? null : HostName.parse(authority);
    }

    /// Whether it came as HTTP/1.0, where an answer can't be chunked.
    public boolean old() {
        return old;
    }

    /// Whether the client takes another answer over its connection.
    public boolean keepAlive() {
        return keepAlive;
    }

    /// Whether a body follows.
    public boolean hasBody() {
        return hasBody;
    }

    /// Whether it is a HEAD.
    public boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /// Whether it asks to change to WebSocket.
    public boolean upgrades() {
        return upgrade != null;
    }

    /// Whether it may be sent again when no byte of an answer came.
    public boolean repeatable() {
        return !hasBody && upgrade == null && IDEMPOTENT.contains(request.method());
    }

    /// Tells an app who asks.
    public void addressToApp() {
        ForwardHeaders.forApp(request, caller, peer);
    }

    /// Tells the server who asks, over the link that only the switch can use.
    public void addressToServer(ServerLink link) {
        if (!request.headers().contains(HttpHeaderNames.HOST)) {
            request.headers().set(HttpHeaderNames.HOST, "localhost");
        }
        ForwardHeaders.forServer(request, caller, link);
    }
}
