package io.slipway.engine.plan;

import io.slipway.engine.definition.App;

import org.jspecify.annotations.Nullable;

/// An app with the way its image comes about.
///
/// @param image how it is built; null for a ready image and for the image of another app
/// @param builtBy the app whose image job it uses, itself included; null for a ready image
/// @param ready the filled reference of a ready image; null when it is built
record PlannedApp(
        App app, @Nullable ImageSpec image, @Nullable String builtBy, @Nullable String ready) {
    /// The same image for an app that differs.
    PlannedApp with(App other) {
        return new PlannedApp(other, image, builtBy, ready);
    }

    String name() {
        return app.name();
    }

    /// Whether the switch serves it.
    boolean open() {
        Integer port = app.port();
        return app.open() == null ? port == null || port != 0 : app.open();
    }

    /// A ready image that keeps data: what is built waits for it by default.
    boolean isStore() {
        return ready != null && !app.volumes().isEmpty();
    }

    @Nullable String imageJob() {
        return builtBy == null ? null : "image " + builtBy;
    }
}
