package io.slipway.web.traffic.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/// An answer of the switch itself: one sentence that says what is, one that says what to do.
///
/// @param retryAfter seconds, or 0 where trying again does not help
/// @param requestId by which the switch's log can be searched, or `null` where it says nothing
public record Answer(
        HttpResponseStatus status,
        String what,
        String remedy,
        int retryAfter,
        @Nullable String requestId,
        @Nullable String causeAt) {
    /// Of which no page tells more.
    public Answer(
            HttpResponseStatus status,
            String what,
            String remedy,
            int retryAfter,
            @Nullable String requestId) {
        this(status, what, remedy, retryAfter, requestId, null);
    }

    /// The request is malformed, or came too slowly.
    public static Answer refused(Refusal refusal) {
        return new Answer(
                refusal.status(), "This request was refused: " + refusal.why() + ".", "", 0, null);
    }

    /// No app has this host. 404.
    public static Answer unknown(String host) {
        return new Answer(
                HttpResponseStatus.NOT_FOUND,
                "There is no app at " + host + ".",
                "Check the spelling, or push the app that shall be here.",
                0,
                null);
    }

    /// An app that can take no request now. 503. Why is not told here: this host is the app's,
    /// whose visitors nobody has signed in.
    ///
    /// @param causeAt the page that tells it to whoever may see the project
    public static Answer unhealthy(String app, String requestId, @Nullable String causeAt) {
        return new Answer(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                app + " has no healthy container at the moment.",
                "Try again in a few seconds; slipway status tells its owner why.",
                5,
                requestId,
                causeAt);
    }

    /// Slipway itself can take no request now. 503.
    public static Answer serverAway(String requestId) {
        return new Answer(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "Slipway's server is away; apps go on.",
                "Try again in a few seconds, or start it with ./slipway up.",
                5,
                requestId);
    }

    /// An app that took a request and gave no answer. 502.
    public static Answer broken(String app, String requestId) {
        return new Answer(
                HttpResponseStatus.BAD_GATEWAY,
                app + " ended the connection without an answer.",
                "Look into its log: slipway logs shows it.",
                0,
                requestId);
    }

    /// 16 hex digits that nobody else has.
    public static String newRequestId() {
        return "%016x".formatted(ThreadLocalRandom.current().nextLong());
    }

    /// The answer as a message, in HTML for who asks for that.
    public FullHttpResponse message(@Nullable HttpRequest request) {
        boolean html =
                request != null
                        && request.headers().get(HttpHeaderNames.ACCEPT, "").contains("text/html");
        byte[] body = (html ? html() : text()).getBytes(StandardCharsets.UTF_8);
        FullHttpResponse message =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        message.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(
                        HttpHeaderNames.CONTENT_TYPE,
                        (html ? "text/html" : "text/plain") + "; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        if (html) {
            message.headers()
                    .set(
                            HttpHeaderNames.CONTENT_SECURITY_POLICY,
                            "default-src 'none'; style-src 'unsafe-inline'");
        }
        if (retryAfter > 0) {
            message.headers().set(HttpHeaderNames.RETRY_AFTER, retryAfter);
        }
        if (requestId != null) {
            message.headers().set("X-Request-Id", requestId);
        }
        return message;
    }

    private String text() {
        return what
                + (remedy.isEmpty() ? "" : "\n" + remedy)
                + (causeAt == null ? "" : "\nThe cause, for its owner: " + causeAt)
                + (requestId == null ? "" : "\nRequest " + requestId)
                + "\n";
    }

    private String html() {
        return """
        <!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>%d %s</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;
        color-scheme:light dark}small{opacity:.7}</style>
        <h1>%s</h1><p>%s</p>%s<small>%s</small>
        """
                .formatted(
                        status.code(),
                        escape(status.reasonPhrase()),
                        escape(what),
                        escape(remedy),
                        causeAt == null
                                ? ""
                                : "<p><a href=\"%s\" rel=\"noreferrer\">The cause, for its owner</a></p>"
                                        .formatted(escape(causeAt)),
                        requestId == null ? "Slipway" : "Slipway &middot; request " + requestId);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
