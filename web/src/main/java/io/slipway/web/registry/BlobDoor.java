package io.slipway.web.registry;

import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.web.http.BodyOutput;
import io.slipway.web.http.Handover;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Gives blobs out, whole or in part.
final class BlobDoor {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})?");

    private final Registry registry;

    BlobDoor(Registry registry) {
        this.registry = registry;
    }

    /// First and last byte, inclusive.
    private record Part(long first, long last) {
        long length() {
            return last - first + 1;
        }
    }

    void read(RoutingContext context, RegistryPath path) throws IOException {
        String repository = path.repository().toString();
        Digest digest = digest(path.reference());
        long size =
                registry.size(repository, digest)
                        .orElseThrow(
                                () ->
                                        new RegistryRefusal(
                                                Code.BLOB_UNKNOWN,
                                                "the repository has no such blob"));
        String range = context.request().getHeader("Range");
        Part part = range == null ? new Part(0, size - 1) : part(range, size);
        HttpServerResponse response = context.response();
        if (part == null) {
            response.putHeader("Content-Range", "bytes */" + size);
            RegistryAnswers.error(context, 416, "SIZE_INVALID", "there are no such bytes");
            return;
        }
        response.putHeader("Docker-Content-Digest", digest.toString())
                .putHeader("ETag", "\"" + digest + "\"")
                .putHeader("Cache-Control", "private, max-age=31536000, immutable")
                .putHeader("Content-Type", "application/octet-stream")
                .putHeader("Accept-Ranges", "bytes")
                .putHeader("Content-Length", Long.toString(part.length()));
        if (range != null) {
            response.setStatusCode(206)
                    .putHeader(
                            "Content-Range",
                            "bytes " + part.first() + "-" + part.last() + "/" + size);
        }
        send(context, repository, digest, part);
    }

    private void send(RoutingContext context, String repository, Digest digest, Part part)
            throws IOException {
        Handover.drain(context);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response().end();
            return;
        }
        try (InputStream in = registry.read(repository, digest, part.first(), part.length());
                OutputStream out = BodyOutput.of(context)) {
            in.transferTo(out);
        }
    }

    private static @Nullable Part part(String range, long size) {
        Matcher found = RANGE.matcher(range);
        if (!found.matches()) {
            return null;
        }
        long first = Long.parseLong(found.group(1));
        long last = found.group(2) == null ? size - 1 : Long.parseLong(found.group(2));
        return first >= size || last < first ? null : new Part(first, Math.min(last, size - 1));
    }

    static Digest digest(String text) {
        if (!Digest.fits(text)) {
            throw new RegistryRefusal(Code.DIGEST_INVALID, "that is no digest of the kind sha256");
        }
        return Digest.parse(text);
    }
}
