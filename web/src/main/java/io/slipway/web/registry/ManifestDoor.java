package io.slipway.web.registry;

import io.slipway.engine.image.Manifests.Pushed;
import io.slipway.engine.image.Manifests.Stored;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.web.http.BodyInput;
import io.slipway.web.http.Handover;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/// Takes and gives manifests, tags and referrers.
final class ManifestDoor {
    private static final int LARGEST = 4 << 20;
    private static final int MOST_TAGS = 1000;
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";

    private final Registry registry;

    ManifestDoor(Registry registry) {
        this.registry = registry;
    }

    void answer(RoutingContext context, RegistryPath path) throws IOException {
        switch (context.request().method().name()) {
            case "GET" -> read(context, path, true);
            case "HEAD" -> read(context, path, false);
            case "PUT" -> put(context, path);
            default ->
                    throw new RegistryRefusal(
                            Code.UNSUPPORTED, "manifests are removed by Slipway's retention only");
        }
    }

    private void read(RoutingContext context, RegistryPath path, boolean body) {
        Stored manifest =
                registry.manifests()
                        .find(path.repository().toString(), path.reference())
                        .orElseThrow(
                                () ->
                                        new RegistryRefusal(
                                                Code.MANIFEST_UNKNOWN,
                                                "the repository has no such manifest"));
        HttpServerResponse response = context.response();
        response.putHeader("Content-Type", manifest.mediaType())
                .putHeader("Content-Length", Integer.toString(manifest.bytes().length))
                .putHeader("Docker-Content-Digest", manifest.digest())
                .putHeader("ETag", "\"" + manifest.digest() + "\"");
        if (body) {
            response.end(Buffer.buffer(manifest.bytes()));
        } else {
            response.end();
        }
        Handover.drain(context);
    }

    private void put(RoutingContext context, RegistryPath path) throws IOException {
        String type = context.request().getHeader("Content-Type");
        String mediaType = type == null ? "" : type.split(";", 2)[0].strip();
        byte[] bytes;
        try (InputStream body = BodyInput.of(context)) {
            bytes = body.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            RegistryAnswers.error(
                    context,
                    413,
                    Code.MANIFEST_INVALID.name(),
                    "the manifest is refused: it is larger than 4 MiB");
            return;
        }
        String repository = path.repository().toString();
        Pushed pushed = registry.manifests().put(repository, path.reference(), mediaType, bytes);
        context.response()
                .putHeader("Location", "/v2/" + repository + "/manifests/" + pushed.digest())
                .putHeader("Docker-Content-Digest", pushed.digest());
        if (pushed.subject() != null) {
            context.response().putHeader("OCI-Subject", pushed.subject());
        }
        RegistryAnswers.empty(context, 201);
    }

    void tags(RoutingContext context, RegistryPath path) {
        String repository = path.repository().toString();
        int limit = limit(context.request().getParam("n"));
        String last = context.request().getParam("last");
        List<String> more =
                registry.manifests().tags(repository, last == null ? "" : last, limit + 1);
        List<String> tags = more.subList(0, Math.min(limit, more.size()));
        if (more.size() > limit && limit > 0) {
            context.response()
                    .putHeader(
                            "Link",
                            "</v2/%s/tags/list?n=%d&last=%s>; rel=\"next\""
                                    .formatted(repository, limit, tags.getLast()));
        }
        json(
                context,
                "application/json",
                JsonMapper.shared().writeValueAsString(Map.of("name", repository, "tags", tags)));
    }

    private static int limit(@Nullable String n) {
        if (n == null) {
            return MOST_TAGS;
        }
        if (!n.matches("\\d{1,9}")) {
            throw new RegistryRefusal(Code.UNSUPPORTED, "n is no number");
        }
        return Math.min(MOST_TAGS, Integer.parseInt(n));
    }

    void referrers(RoutingContext context, RegistryPath path) {
        String subject = BlobDoor.digest(path.reference()).toString();
        String type = context.request().getParam("artifactType");
        if (type != null) {
            context.response().putHeader("OCI-Filters-Applied", "artifactType");
        }
        json(
                context,
                INDEX,
                registry.manifests().referrers(path.repository().toString(), subject, type));
    }

    private static void json(RoutingContext context, String type, String text) {
        context.response().putHeader("Content-Type", type).end(text);
        Handover.drain(context);
    }
}
