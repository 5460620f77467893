package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/// The head of an answer: what it says of the backend's connection, and how it is framed for the
/// client.
public final class AnswerHead {
    private AnswerHead() {}

    /// Whether the backend's connection can serve another request after this answer.
    public static boolean keepsConnection(HttpResponse response, Call call) {
        return HttpUtil.isKeepAlive(response)
                && response.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && (isBodiless(response, call) || isFramed(response));
    }

    /// Makes the answer one that this client can read: chunked when its end is not known, ended by
    /// the connection's end for HTTP/1.0.
    public static void frame(HttpResponse response, Call call) {
        ForwardHeaders.stripAnswer(response.headers());
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (call.old()) {
            response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        } else if (!isBodiless(response, call) && !isFramed(response)) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
    }

    /// Whether an answer of status 101 accepts WebSocket.
    public static boolean isWebSocket(HttpResponse response) {
        return "websocket".equalsIgnoreCase(response.headers().get(HttpHeaderNames.UPGRADE, ""))
                && response.headers().contains("Sec-WebSocket-Accept");
    }

    private static boolean isFramed(HttpResponse response) {
        return HttpUtil.isTransferEncodingChunked(response)
                || response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
    }

    private static boolean isBodiless(HttpResponse response, Call call) {
        int status = response.status().code();
        return call.isHead() || status == 204 || status == 304;
    }
}
