package io.slipway.runners.docker.app;

import java.util.Map;
import java.util.Objects;

/// Labels of what is made for apps.
final class AppLabels {
    static final String INSTANCE = "slipway.instance";

    /// What it is for: `app` or `hook` here.
    static final String KIND = "slipway.kind";

    /// The name with which the container of a hook was made.
    static final String HOOK = "slipway.hook";

    static final String APP = "slipway.app";
    static final String PROJECT = "slipway.project";
    static final String PROJECT_ID = "slipway.project-id";
    static final String ENVIRONMENT = "slipway.environment";
    static final String RELEASE = "slipway.release";

    /// The fixed address in the environment's network.
    static final String ADDRESS = "slipway.address";

    /// The fixed port on 127.0.0.1 where addresses of containers are out of reach.
    static final String HOST_PORT = "slipway.host-port";

    /// The port of the container that it leads to.
    static final String PUBLISHED = "slipway.published";

    private AppLabels() {}

    /// A label that everything made for apps has.
    static String of(Map<String, String> labels, String name) {
        return Objects.requireNonNull(labels.get(name), () -> "the label " + name + " is missing");
    }
}
