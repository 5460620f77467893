package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.manifest.ReleaseManifests;
import io.slipway.engine.project.Project;
import io.slipway.engine.release.Deployer.Manifest;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What Slipway applies to a cluster for an app. What is there may have been put there by others:
/// only who may roll out sees it.
public final class ManifestApi {
    private final Database database;
    private final ReleaseManifests manifests;

    /// Adds the operation.
    public ManifestApi(Api api, Database database, ReleaseManifests manifests) {
        this.database = database;
        this.manifests = manifests;
        api.get("/projects/:project/apps/:app/manifests", this::manifests);
    }

    private record OfRelease(int release, List<OfObject> objects) {}

    private record OfObject(
            String name,
            String manifest,
            @Nullable String now,
            @Nullable String then,
            @Nullable String refused) {
        static OfObject of(Manifest manifest) {
            return new OfObject(
                    manifest.name(),
                    manifest.text(),
                    manifest.now(),
                    manifest.then(),
                    manifest.refused());
        }
    }

    private Object manifests(ApiRequest request) throws InterruptedException {
        String environment = request.query("environment", "production");
        String app = request.path("app");
        Placement placement =
                database.read(
                        tx -> {
                            Project project = request.project(tx, Right.ROLL_OUT);
                            return Placements.find(tx, project.id(), environment, app)
                                    .orElseThrow(() -> nothing(app, environment));
                        });
        boolean compared = "true".equals(request.query("diff"));
        ReleaseManifests.Described described = manifests.of(placement, compared);
        return new OfRelease(
                described.release(), described.objects().stream().map(OfObject::of).toList());
    }

    private static Fault nothing(String app, String environment) {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot print manifests of "
                        + app
                        + ": nothing of it was rolled out in "
                        + environment,
                "see the apps with 'slipway status'");
    }
}
