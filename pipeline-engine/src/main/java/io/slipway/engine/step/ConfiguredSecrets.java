package io.slipway.engine.step;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// Secrets of jobs from the project's configuration. An attempt keeps to the version that it began
/// with, so that whoever adopts it masks the values that its container has.
public final class ConfiguredSecrets implements JobSecrets {
    private static final String BEGUN =
            """
            select u.source_trust = 'fork' as fork, a.config_version
            from attempts a
            join jobs j on j.id = a.job_id
            join runs u on u.id = j.run_id
            where a.id = ? and a.fence = ? and a.state = 'running'
            """;

    private final Database database;
    private final Configuration configuration;

    public ConfiguredSecrets(Database database, Configuration configuration) {
        this.database = database;
        this.configuration = configuration;
    }

    /// @param fork sources from anybody see no secret, also when somebody let their run go ahead
    /// @param version of the configuration, as the claim has fixed it
    private record Begun(boolean fork, @Nullable Integer version) {}

    @Override
    public Map<String, Secret> of(Claim claim, Map<String, String> wanted) {
        return wanted.isEmpty() ? Map.of() : database.read(tx -> of(tx, claim, wanted));
    }

    private Map<String, Secret> of(Tx tx, Claim claim, Map<String, String> wanted) {
        Begun begun =
                tx.first(
                                BEGUN,
                                row ->
                                        new Begun(
                                                row.flag("fork"),
                                                row.integerOrNull("config_version")),
                                claim.job().attemptId(),
                                claim.fence())
                        .orElseThrow(() -> new ClaimLost(claim.name()));
        Integer version = begun.version();
        if (begun.fork() || version == null) {
            return Map.of();
        }
        return configuration.named(tx, claim.job().projectId(), wanted, version).values();
    }
}
