package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.event.Changes;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.plan.AppImages.PlannedApp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Apps of which nothing has changed: their images are not built, their last release stays. An app
/// in a folder is touched when a file below it or below what its build sees has changed, or its
/// Dockerfile, or what that one ignores; every app is when the pipeline file has, or when one of
/// the environments has no release of it that was made from this branch.
final class Untouched {
    private final PlanRequest request;
    private final LiveApps live;
    private final List<Environment> taking;
    private final List<Inclusions.Pin> includes;
    private final List<String> notes = new ArrayList<>();

    Untouched(
            PlanRequest request,
            LiveApps live,
            List<Environment> taking,
            List<Inclusions.Pin> includes) {
        this.request = request;
        this.live = live;
        this.taking = taking;
        this.includes = includes;
    }

    /// Why each of them is left out.
    List<String> notes() {
        return notes;
    }

    /// Names of the apps that are left out.
    Set<String> of(List<PlannedApp> apps) {
        Set<String> untouched = new LinkedHashSet<>();
        if (!(request.trigger().changes() instanceof Changes.Some changes) || definition(changes)) {
            return untouched;
        }
        for (PlannedApp app : apps) {
            String folder = folder(app);
            if (folder != null && !touched(app, folder, changes) && everywhere(app, apps)) {
                untouched.add(app.name());
                String stays = taking.isEmpty() ? "" : ", its last release stays";
                notes.add(
                        app.name()
                                + " is skipped: nothing in "
                                + folder
                                + " has changed since "
                                + changes.since()
                                + stays);
            }
        }
        for (PlannedApp app : apps) {
            String builtBy = app.builtBy();
            if (app.image() == null && builtBy != null && untouched.contains(builtBy)) {
                untouched.add(app.name());
                notes.add(app.name() + " is skipped: it uses the image of " + builtBy);
            }
        }
        return untouched;
    }

    /// Whether what apps are may have changed. What another project's file said before is not
    /// known; the one that every project includes counts only when it speaks of apps, else no app
    /// of the instance could ever be left out.
    private boolean definition(Changes changes) {
        return changes.touchFolder(Definition.FILE)
                || includes.stream()
                        .anyMatch(
                                pin ->
                                        pin.wanted().project() == null
                                                ? changes.touchFolder(pin.wanted().file())
                                                : !pin.everywhere() || pin.apps());
    }

    /// @return null when the app's image is not built from a folder of its own alone, or when the
    ///   file says itself which files matter: what an earlier run left out for that has not changed
    ///   since
    private static @Nullable String folder(PlannedApp app) {
        String path = path(app);
        if (app.image() == null
                || path == null
                || path.isEmpty()
                || !app.image().build().needs().isEmpty()
                || !app.app().when().changed().isEmpty()) {
            return null;
        }
        String context = app.image().context();
        return context.isEmpty() ? null : context;
    }

    private static boolean touched(PlannedApp app, String folder, Changes changes) {
        ImageSpec image = app.image();
        String path = path(app);
        String dockerfile = image == null ? null : image.dockerfile();
        return changes.touchFolder(folder)
                || path != null && changes.touchFolder(path)
                || dockerfile != null
                        && (changes.touchFolder(dockerfile)
                                || changes.touchFolder(dockerfile + ".dockerignore"));
    }

    private static @Nullable String path(PlannedApp app) {
        return app.app().origin() instanceof App.Built built ? built.path() : null;
    }

    /// Whether it and those that use its image live in every environment, made from this branch.
    private boolean everywhere(PlannedApp app, List<PlannedApp> apps) {
        return apps.stream()
                .filter(other -> app.name().equals(other.builtBy()))
                .allMatch(other -> taking.stream().allMatch(place -> lives(other, place)));
    }

    private boolean lives(PlannedApp app, Environment environment) {
        return live.ref(request.project(), app.name(), environment.name())
                .equals(Optional.of(request.ref()));
    }
}
