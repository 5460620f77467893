package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What a request must be before it is passed on: nothing that the next server could read
/// differently (RFC 9112, sections 3 and 6).
public final class RequestRules {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern TARGET = Pattern.compile("[!-~&&[^#]]+");
    private static final Set<HttpMethod> NOT_PASSED = Set.of(HttpMethod.CONNECT, HttpMethod.TRACE);

    private RequestRules() {}

    /// Why a request is refused, or `null`. An absolute target that names the host of the Host
    /// header is replaced by its path.
    public static @Nullable Refusal check(HttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return undecodable(request.decoderResult().cause());
        }
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return new Refusal(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "only HTTP/1.1 is spoken here");
        }
        if (!TOKEN.matcher(request.method().name()).matches()) {
            return Refusal.bad("the method is no token");
        }
        if (NOT_PASSED.contains(request.method())) {
            return new Refusal(
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    request.method().name() + " is not passed on");
        }
        Refusal refusal = framing(request);
        refusal = refusal == null ? characters(request.headers()) : refusal;
        refusal = refusal == null ? host(request) : refusal;
        return refusal == null ? target(request) : refusal;
    }

    private static Refusal undecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the URL is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Refusal(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header is too large");
        }
        return Refusal.bad("the request is malformed");
    }

    private static @Nullable Refusal framing(HttpRequest request) {
        List<String> lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            return Refusal.bad("both Content-Length and Transfer-Encoding");
        }
        if (lengths.size() > 1
                || (lengths.size() == 1 && !lengths.getFirst().matches("[0-9]{1,18}"))) {
            return Refusal.bad("Content-Length is not one number");
        }
        if (codings.isEmpty()) {
            return null;
        }
        if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
            return Refusal.bad("Transfer-Encoding is not chunked");
        }
        return request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                ? Refusal.bad("Transfer-Encoding in HTTP/1.0")
                : null;
    }

    private static @Nullable Refusal characters(HttpHeaders headers) {
        for (Map.Entry<String, String> header : headers) {
            if (!TOKEN.matcher(header.getKey()).matches()) {
                return Refusal.bad("a header's name is no token");
            }
            boolean control =
                    header.getValue().chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 127);
            if (control) {
                return Refusal.bad("a control character in a header");
            }
        }
        return null;
    }

    private static @Nullable Refusal host(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return null;
        }
        if (hosts.size() != 1) {
            return Refusal.bad("not exactly one Host");
        }
        return HostName.parse(hosts.getFirst()) == null ? Refusal.bad("Host is no host") : null;
    }

    private static @Nullable Refusal target(HttpRequest request) {
        String target = request.uri();
        if (!TARGET.matcher(target).matches()) {
            return Refusal.bad("a character in the URL that must be encoded");
        }
        if (target.startsWith("/")
                || (target.equals("*") && request.method().equals(HttpMethod.OPTIONS))) {
            return null;
        }
        String lower = target.toLowerCase(Locale.ROOT);
        int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
        if (scheme < 0) {
            return Refusal.bad("the URL does not begin with a slash");
        }
        int path = endOfAuthority(target, scheme);
        if (!target.substring(scheme, path)
                .equalsIgnoreCase(request.headers().get(HttpHeaderNames.HOST))) {
            return Refusal.bad("the URL names another host than Host");
        }
        String rest = target.substring(path);
        request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        return null;
    }

    private static int endOfAuthority(String target, int from) {
        for (int i = from; i < target.length(); i++) {
            if (target.charAt(i) == '/' || target.charAt(i) == '?') {
                return i;
            }
        }
        return target.length();
    }
}
