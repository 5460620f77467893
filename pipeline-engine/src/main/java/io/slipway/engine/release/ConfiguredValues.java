package io.slipway.engine.release;

import io.slipway.db.Tx;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.Resolved;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.secret.Wanted;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What apps see: the file's values under what is set in Slipway.
public final class ConfiguredValues implements AppValues {
    private final Configuration configuration;

    /// @param configuration holds what is set
    public ConfiguredValues(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public Values of(Tx tx, long projectId, AppSpec app, @Nullable Integer version) {
        Wanted wanted = new Wanted(app.env(), app.secrets(), null);
        Resolved resolved =
                version == null
                        ? configuration.resolve(tx, projectId, app.name(), wanted)
                        : configuration.resolve(tx, projectId, app.name(), wanted, version);
        List<String> hidden = resolved.secrets().values().stream().map(Secret::reveal).toList();
        return new Values(resolved.revealed(), resolved.missing(), resolved.version(), hidden);
    }
}
