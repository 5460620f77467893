package io.slipway.web.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// The dashboard's files, from the class path: those with a hash in their name for ever, and one
/// page for every address of a page.
public final class DashboardFiles {
    private static final String FOLDER = "ui/";
    private static final Pattern ASSET = Pattern.compile("/(assets/[A-Za-z0-9_.-]{1,120})");

    /// `/`, `/-/...`, or a path that begins with a project's or a group's name and not with one of
    /// the server's other doors.
    private static final Pattern PAGE =
            Pattern.compile(
                    "/(?!(?:api|v2|webhooks|assets|healthz|readyz|metrics)(?:/|$))"
                            + "(?:(?:-|[a-z][-a-z0-9]{0,39})(?:/[^/]{0,200}){0,6})?");

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                    + "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml",
                    "woff2", "font/woff2");

    private final ClassLoader loader;
    private final Map<String, Stored> files = new ConcurrentHashMap<>();

    /// @param loader of the class path that has the dashboard below `ui/`
    public DashboardFiles(ClassLoader loader) {
        this.loader = loader;
    }

    /// @param packed with gzip; the same as `bytes` where that saves nothing
    private record Stored(Buffer bytes, Buffer packed) {}

    /// Adds its route behind all others, since any project's name is a page.
    public void mount(Router router, Handover handover) {
        router.route()
                .last()
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(handover.to(this::answer, FaultAnswer.TEXT));
    }

    private void answer(RoutingContext context) throws IOException {
        String path = context.request().path();
        var asset = ASSET.matcher(path);
        if (asset.matches()) {
            send(context, asset.group(1), "public, max-age=31536000, immutable");
        } else if (PAGE.matcher(path).matches()) {
            send(context, "index.html", "no-cache");
        } else {
            missing(context, "There is nothing at this address.\n");
        }
    }

    private void send(RoutingContext context, String name, String caching) throws IOException {
        Optional<Stored> found = read(name);
        if (found.isEmpty()) {
            boolean page = name.equals("index.html");
            missing(context, page ? "This build is without the dashboard.\n" : "No such file.\n");
            return;
        }
        Stored file = found.get();
        String accepted = context.request().getHeader("Accept-Encoding");
        boolean packed =
                accepted != null && accepted.contains("gzip") && file.packed() != file.bytes();
        HttpServerResponse response = guarded(context);
        if (packed) {
            response.putHeader("Content-Encoding", "gzip");
        }
        Buffer body = packed ? file.packed() : file.bytes();
        response.putHeader("Content-Type", type(name))
                .putHeader("Cache-Control", caching)
                .putHeader("Vary", "Accept-Encoding");
        end(context, body);
    }

    private static void end(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response();
        if (context.request().method() == HttpMethod.HEAD) {
            response.putHeader("Content-Length", String.valueOf(body.length())).end();
        } else {
            response.end(body);
        }
        context.request().resume();
    }

    private static void missing(RoutingContext context, String why) {
        guarded(context)
                .setStatusCode(404)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("Cache-Control", "no-store");
        end(context, Buffer.buffer(why));
    }

    private static HttpServerResponse guarded(RoutingContext context) {
        return context.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
    }

    private static String type(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return TYPES.getOrDefault(ending, "application/octet-stream");
    }

    private Optional<Stored> read(String name) throws IOException {
        Stored known = files.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        try (InputStream in = loader.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                return Optional.empty();
            }
            Stored file = stored(in.readAllBytes());
            files.put(name, file);
            return Optional.of(file);
        }
    }

    private static Stored stored(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        Buffer plain = Buffer.buffer(bytes);
        boolean saves = packed.size() < bytes.length * 9 / 10;
        return new Stored(plain, saves ? Buffer.buffer(packed.toByteArray()) : plain);
    }
}
