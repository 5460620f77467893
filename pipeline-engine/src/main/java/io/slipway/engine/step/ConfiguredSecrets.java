package io.slipway.engine.step;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.secret.Configuration;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Secrets of jobs from the project's configuration. An attempt keeps to the version that it began
/// with, so that whoever adopts it masks the values that its container has.
public final class ConfiguredSecrets implements JobSecrets {
    private final Database database;
    private final Configuration configuration;

    public ConfiguredSecrets(Database database, Configuration configuration) {
        this.database = database;
        this.configuration = configuration;
    }

    @Override
    public Values of(Claim claim, Map<String, String> wanted) {
        if (wanted.isEmpty()) {
            return new Values(Map.of(), List.of());
        }
        return database.transaction(tx -> of(tx, claim, wanted));
    }

    private Values of(Tx tx, Claim claim, Map<String, String> wanted) {
        Claim.Job job = claim.job();
        if (isFork(tx, job.runId())) {
            return new Values(Map.of(), List.copyOf(new TreeSet<>(wanted.values())));
        }
        int version =
                tx.first(
                                """
                                update attempts
                                set config_version = coalesce(config_version, ?)
                                where id = ? and fence = ? and state = 'running'
                                returning config_version
                                """,
                                row -> row.integer("config_version"),
                                configuration.version(tx, job.projectId()),
                                job.attemptId(),
                                claim.fence())
                        .orElseThrow(() -> new ClaimLost(claim.name()));
        Configuration.Named named = configuration.named(tx, job.projectId(), wanted, version);
        return new Values(named.values(), named.missing());
    }

    /// Sources from anybody see no secret, also when somebody let their run go ahead.
    private static boolean isFork(Tx tx, long runId) {
        return tx.one(
                "select source_trust = 'fork' as fork from runs where id = ?",
                row -> row.flag("fork"),
                runId);
    }
}
