package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.slipway.engine.route.ServerLink;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// Which headers cross the switch: none that belong to one connection, and none by which somebody
/// outside could pretend to be a proxy.
public final class ForwardHeaders {
    private static final Set<String> OF_THE_CONNECTION =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authorization",
                    "proxy-authenticate",
                    "te",
                    "upgrade",
                    "http2-settings");

    private static final Set<String> NEVER_FROM_OUTSIDE =
            Set.of(
                    "forwarded",
                    "x-real-ip",
                    lower(ServerLink.CLIENT),
                    lower(ServerLink.SCHEME),
                    lower(ServerLink.LINK));

    /// What `Connection` can't take away, for the other side's reading depends on it.
    private static final Set<String> KEPT =
            Set.of("host", "content-length", "transfer-encoding", "authorization", "cookie");

    private ForwardHeaders() {}

    /// Makes a checked request fit to be passed on, without anything about who sent it.
    ///
    /// @return the protocol it wants to change to, when that is passed on: `websocket` or `null`
    static @Nullable String strip(HttpRequest request) {
        String upgrade = upgrade(request);
        HttpHeaders headers = request.headers();
        dropNamed(headers);
        for (String name : List.copyOf(headers.names())) {
            String known = lower(name).replace('_', '-');
            if (OF_THE_CONNECTION.contains(lower(name))
                    || NEVER_FROM_OUTSIDE.contains(known)
                    || known.startsWith("x-forwarded-")) {
                headers.remove(name);
            }
        }
        if (upgrade != null) {
            headers.set(HttpHeaderNames.CONNECTION, "Upgrade");
            headers.set(HttpHeaderNames.UPGRADE, upgrade);
        }
        return upgrade;
    }

    /// Removes from an answer what belongs to its connection.
    public static void stripAnswer(HttpHeaders headers) {
        dropNamed(headers);
        OF_THE_CONNECTION.stream()
                .filter(name -> !name.equals("proxy-authenticate"))
                .forEach(headers::remove);
    }

    /// Tells an app who asks.
    static void forApp(HttpRequest request, Caller caller, InetAddress peer) {
        HttpHeaders headers = request.headers();
        NEVER_FROM_OUTSIDE.forEach(headers::remove);
        dropSession(headers);
        headers.set("X-Forwarded-For", caller.forwardedFor(peer));
        headers.set("X-Forwarded-Proto", caller.scheme());
        String host = headers.get(HttpHeaderNames.HOST);
        if (host != null) {
            headers.set("X-Forwarded-Host", host);
        }
    }

    /// Tells the server who asks, with the proof that it is the switch that says so.
    static void forServer(HttpRequest request, Caller caller, ServerLink link) {
        request.headers()
                .set(ServerLink.CLIENT, caller.client())
                .set(ServerLink.SCHEME, caller.scheme())
                .set(ServerLink.LINK, link.secret());
    }

    /// Slipway's own cookie is none of an app's business.
    private static void dropSession(HttpHeaders headers) {
        List<String> lines = headers.getAll(HttpHeaderNames.COOKIE);
        if (lines.stream().noneMatch(line -> line.contains(ServerLink.SESSION))) {
            return;
        }
        List<String> kept =
                lines.stream()
                        .flatMap(line -> Stream.of(line.split(";")))
                        .map(String::strip)
                        .filter(pair -> !pair.isEmpty() && !isSession(pair))
                        .toList();
        headers.remove(HttpHeaderNames.COOKIE);
        if (!kept.isEmpty()) {
            headers.set(HttpHeaderNames.COOKIE, String.join("; ", kept));
        }
    }

    /// An app may not sign a browser in to Slipway, as whoever it likes.
    public static void dropSessionOfApp(HttpHeaders headers) {
        List<String> lines = headers.getAll(HttpHeaderNames.SET_COOKIE);
        if (lines.stream().anyMatch(ForwardHeaders::isSession)) {
            List<String> kept = lines.stream().filter(line -> !isSession(line)).toList();
            headers.remove(HttpHeaderNames.SET_COOKIE);
            kept.forEach(line -> headers.add(HttpHeaderNames.SET_COOKIE, line));
        }
    }

    private static boolean isSession(String cookie) {
        String name = cookie.split("[=;]", 2)[0].strip();
        return name.equals(ServerLink.SESSION) || name.equals(ServerLink.SECURE_SESSION);
    }

    private static @Nullable String upgrade(HttpRequest request) {
        HttpHeaders headers = request.headers();
        boolean websocket =
                request.method().name().equals("GET")
                        && headers.containsValue(
                                HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true)
                        && "websocket"
                                .equalsIgnoreCase(headers.get(HttpHeaderNames.UPGRADE, "").strip())
                        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                        && headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
        return websocket ? "websocket" : null;
    }

    private static void dropNamed(HttpHeaders headers) {
        for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String name : value.split(",")) {
                if (!name.isBlank() && !KEPT.contains(lower(name.strip()))) {
                    headers.remove(name.strip());
                }
            }
        }
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
