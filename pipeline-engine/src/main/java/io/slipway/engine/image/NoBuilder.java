package io.slipway.engine.image;

import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

/// Where there is nothing that builds: each build says so.
public final class NoBuilder implements ImageBuilder {
    @Override
    public Built build(BuildOrder order, Listener listener) {
        throw none(order.owner().repository());
    }

    @Override
    public Pushed push(Built image, Destination to, Listener listener) {
        throw none(to.repository());
    }

    private static Fault none(String repository) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot build the image " + repository + ": this Slipway has no Docker engine",
                "name a ready image in .slipway.yml, apps: { NAME: { image: ... } }, or have the"
                        + " operator set SLIPWAY_DOCKER to an engine");
    }

    @Override
    public void remove(AttemptName attempt) {}
}
