package io.slipway.web.registry;

import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.engine.image.RepositoryName;
import io.slipway.web.http.BodyInput;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes blobs in: in one piece, in chunks, or from another repository.
final class UploadDoor {
    private static final Pattern CHUNK = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    private final Registry registry;
    private final RegistryRights rights;

    UploadDoor(Registry registry, RegistryRights rights) {
        this.registry = registry;
        this.rights = rights;
    }

    void answer(RoutingContext context, Caller caller, RegistryPath path) throws IOException {
        String method = context.request().method().name();
        if (path.reference().isEmpty()) {
            if (!method.equals("POST")) {
                throw unsupported();
            }
            begin(context, caller, path);
            return;
        }
        UUID upload = upload(path.reference());
        String repository = path.repository().toString();
        long length = registry.uploaded(repository, upload);
        switch (method) {
            case "GET", "HEAD" -> state(context, path, upload, length, 204);
            case "PATCH" -> {
                if (add(context, path, upload)) {
                    state(context, path, upload, registry.uploaded(repository, upload), 202);
                }
            }
            case "PUT" -> {
                Digest digest = digest(context);
                if (add(context, path, upload)) {
                    finish(context, path, upload, digest);
                }
            }
            case "DELETE" -> {
                registry.discard(repository, upload);
                RegistryAnswers.empty(context, 204);
            }
            default -> throw unsupported();
        }
    }

    private void begin(RoutingContext context, Caller caller, RegistryPath path)
            throws IOException {
        if (mounted(context, caller, path)) {
            return;
        }
        boolean whole = context.request().getParam("digest") != null;
        Optional<Digest> digest = whole ? Optional.of(digest(context)) : Optional.empty();
        UUID upload = registry.begin(path.repository().toString());
        if (digest.isEmpty()) {
            state(context, path, upload, 0, 202);
        } else if (add(context, path, upload)) {
            finish(context, path, upload, digest.get());
        }
    }

    private boolean mounted(RoutingContext context, Caller caller, RegistryPath path)
            throws IOException {
        String from = context.request().getParam("from");
        String mount = context.request().getParam("mount");
        if (from == null || mount == null || !Digest.fits(mount) || !mayRead(caller, from)) {
            return false;
        }
        Digest digest = Digest.parse(mount);
        if (!registry.mount(from, path.repository().toString(), digest)) {
            return false;
        }
        created(context, path, digest);
        return true;
    }

    private boolean mayRead(Caller caller, String from) {
        try {
            return rights.may(caller, Right.READ, RepositoryName.parse(from));
        } catch (RegistryRefusal e) {
            return false;
        }
    }

    /// Adds the request's body.
    ///
    /// @return false when it does not fit there, which is answered then
    private boolean add(RoutingContext context, RegistryPath path, UUID upload) throws IOException {
        String range = context.request().getHeader("Content-Range");
        String repository = path.repository().toString();
        long offset = range == null ? registry.uploaded(repository, upload) : first(range);
        String length = context.request().getHeader("Content-Length");
        if (length != null && length.matches("\\d{1,18}")) {
            registry.requireFits(offset + Long.parseLong(length));
        }
        try (InputStream body = BodyInput.of(context)) {
            registry.append(repository, upload, offset, body);
            return true;
        } catch (BlobStore.WrongOffset e) {
            located(context.response(), path, upload).putHeader("Range", range(e.length()));
            RegistryAnswers.error(
                    context,
                    416,
                    Code.BLOB_UPLOAD_INVALID.name(),
                    "the chunk does not follow what is there");
            return false;
        }
    }

    private void finish(RoutingContext context, RegistryPath path, UUID upload, Digest digest)
            throws IOException {
        registry.finish(path.repository().toString(), upload, Optional.of(digest));
        created(context, path, digest);
    }

    private static void created(RoutingContext context, RegistryPath path, Digest digest) {
        context.response()
                .putHeader("Location", "/v2/" + path.repository() + "/blobs/" + digest)
                .putHeader("Docker-Content-Digest", digest.toString());
        RegistryAnswers.empty(context, 201);
    }

    private static void state(
            RoutingContext context, RegistryPath path, UUID upload, long length, int status) {
        HttpServerResponse response = located(context.response(), path, upload);
        response.putHeader("Range", range(length));
        RegistryAnswers.empty(context, status);
    }

    private static HttpServerResponse located(
            HttpServerResponse response, RegistryPath path, UUID upload) {
        return response.putHeader(
                        "Location", "/v2/" + path.repository() + "/blobs/uploads/" + upload)
                .putHeader("Docker-Upload-UUID", upload.toString());
    }

    /// The specification has no word for an empty range; `0-0` is what others answer.
    private static String range(long length) {
        return "0-" + Math.max(0, length - 1);
    }

    private static long first(String range) {
        Matcher found = CHUNK.matcher(range);
        if (!found.matches()) {
            throw new RegistryRefusal(Code.BLOB_UPLOAD_INVALID, "that is no range");
        }
        return Long.parseLong(found.group(1));
    }

    private static Digest digest(RoutingContext context) {
        @Nullable String digest = context.request().getParam("digest");
        return BlobDoor.digest(digest == null ? "" : digest);
    }

    private static UUID upload(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new RegistryRefusal(Code.BLOB_UPLOAD_UNKNOWN, "there is no such upload");
        }
    }

    private static RegistryRefusal unsupported() {
        return new RegistryRefusal(Code.UNSUPPORTED, "this registry does not do that");
    }
}
