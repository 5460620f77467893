package io.slipway.web.registry;

import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Right;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Way;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import java.io.IOException;
import java.util.Optional;

/// The OCI distribution API, version 1.1, at `/v2/`. Bodies are streamed both ways.
public final class RegistryHandler {
    private final Handover handover;
    private final RegistryRights rights;
    private final BlobDoor blobs;
    private final UploadDoor uploads;
    private final ManifestDoor manifests;

    /// @param tokens who presents one
    /// @param jobsOnly whether only credentials of jobs count: for the listener that containers
    ///   reach
    public RegistryHandler(
            TokenDoor tokens, Registry registry, Handover handover, boolean jobsOnly) {
        this.handover = handover;
        this.rights = new RegistryRights(tokens, registry, jobsOnly);
        this.blobs = new BlobDoor(registry);
        this.uploads = new UploadDoor(registry, rights);
        this.manifests = new ManifestDoor(registry);
    }

    /// Takes `/v2/` and everything below it.
    public void mount(Router router) {
        router.routeWithRegex("/v2(/.*)?")
                .handler(handover.to(this::answer, RegistryAnswers::fault));
    }

    private void answer(RoutingContext context) throws IOException {
        context.response().putHeader("Docker-Distribution-Api-Version", "registry/2.0");
        Way way = Way.of(context.request());
        Optional<Caller> caller =
                rights.caller(context.request().getHeader("Authorization"), way.client());
        if (caller.isEmpty()) {
            RegistryAnswers.unknownCaller(context);
            return;
        }
        if (caller.get().principal().kind() != Principal.Kind.MACHINE) {
            way.requireSecret(); // engines use Slipway's own, which end soon
        }
        String path = String.valueOf(context.request().path());
        if (path.equals("/v2/") || path.equals("/v2")) {
            context.response().putHeader("Content-Type", "application/json").end("{}");
            Handover.drain(context);
            return;
        }
        try {
            answer(context, caller.get(), RegistryPath.parse(path));
        } catch (RegistryRefusal e) {
            RegistryAnswers.refuse(context, e);
        }
    }

    private void answer(RoutingContext context, Caller caller, RegistryPath path)
            throws IOException {
        HttpMethod method = context.request().method();
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        boolean upload = path.kind() == RegistryPath.Kind.UPLOAD;
        rights.require(caller, reads && !upload ? Right.READ : Right.PUSH, path.repository());
        switch (path.kind()) {
            case UPLOAD -> uploads.answer(context, caller, path);
            case MANIFEST -> manifests.answer(context, path);
            case BLOB -> {
                onlyReading(reads);
                blobs.read(context, path);
            }
            case TAGS -> {
                onlyReading(reads);
                manifests.tags(context, path);
            }
            case REFERRERS -> {
                onlyReading(reads);
                manifests.referrers(context, path);
            }
        }
    }

    private static void onlyReading(boolean reads) {
        if (!reads) {
            throw new RegistryRefusal(Code.UNSUPPORTED, "this registry does not do that");
        }
    }
}
