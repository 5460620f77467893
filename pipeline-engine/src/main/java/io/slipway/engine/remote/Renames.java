package io.slipway.engine.remote;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.ForgeRepository;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.Optional;

/// Keeps remotes at the repository that was connected, which is known by the forge's own id: one
/// that got another name is followed there, and another one that took its name is not. Safe for use
/// by many threads and servers; each call blocks for as long as a forge takes to answer.
public final class Renames {
    private static final Logger log = LoggerFactory.getLogger(Renames.class);

    /// Nothing where it was connected anew meanwhile, or another server was first.
    private static final String RENAME =
            """
            update project_remotes
            set repository = ?, clone_url = ?, formerly = repository, renamed_at = now()
            where project_id = ? and forge = ? and base_url = ? and repository_id = ?
                and repository = ? and clone_url = ?
            """;

    private final Database database;
    private final RemoteForges forges;

    public Renames(Database database, RemoteForges forges) {
        this.database = database;
        this.forges = forges;
    }

    /// A remote as it is by now: under the name that its repository has. A plain git server knows
    /// nothing of that.
    ///
    /// @throws Fault CONFIGURATION when the name is another repository's, NOT_FOUND when there is
    ///   neither the name nor the repository, else as [ForgeApi#repository]
    public Remote followed(Remote remote) {
        Optional<ForgeApi> api = forges.api(remote);
        if (api.isEmpty()) {
            return remote;
        }
        ForgeRepository now = now(api.get(), remote);
        if (!now.id().equals(remote.repositoryId())) {
            throw another(remote, now);
        }
        return now.name().equals(remote.repository()) ? remote : renamed(remote, now);
    }

    /// Most forges send on from an old name; where they don't, the id is asked about.
    private static ForgeRepository now(ForgeApi api, Remote remote) {
        try {
            return api.repository(remote.repository());
        } catch (Fault fault) {
            if (fault.kind() != Kind.NOT_FOUND) {
                throw fault;
            }
            return api.repositoryOf(remote.repositoryId()).orElseThrow(() -> fault);
        }
    }

    private static Fault another(Remote remote, ForgeRepository now) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot follow "
                        + remote.repository()
                        + ": the forge has another repository by that name, "
                        + now.id()
                        + " where "
                        + remote.repositoryId()
                        + " was connected",
                "connect the one that is meant, by the name that it has now");
    }

    private Remote renamed(Remote remote, ForgeRepository now) {
        EgressUrl url = now.from(remote.bySsh());
        database.change(tx -> rename(tx, remote, now, url));
        log.info(
                "project {} follows {}, which was {}",
                remote.projectId(),
                now.name(),
                remote.repository());
        return remote.at(now.name(), url);
    }

    private static void rename(Tx tx, Remote from, ForgeRepository now, EgressUrl url) {
        int changed =
                tx.update(
                        RENAME,
                        now.name(),
                        url.toString(),
                        from.projectId(),
                        from.forge(),
                        from.base().toString(),
                        from.repositoryId(),
                        from.repository(),
                        from.cloneUrl().toString());
        if (changed == 1) {
            Audit.add(
                    tx,
                    (Long) null,
                    new Audit.Entry(
                            from.projectId(),
                            "remote.rename",
                            now.name(),
                            Map.of("from", from.repository(), "url", url.toString())));
        }
    }
}
