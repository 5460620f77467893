package io.slipway.engine.remote;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The remotes of projects, as rows.
public final class Remotes {
    private static final String BY_PROJECT =
            """
            select project_id, forge, base_url, clone_url, repository, repository_id, credential,
                known_hosts, deploy_key, deploy_key_public, poll_ms, by_app
            from project_remotes where project_id = ?
            """;

    private static final String INSERT =
            """
            insert into project_remotes (project_id, forge, base_url, clone_url, repository,
                repository_id, credential, known_hosts, deploy_key, deploy_key_public, poll_ms,
                by_app)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (project_id) do update
            set credential = case when excluded.by_app then null
                    else coalesce(excluded.credential, project_remotes.credential) end,
                by_app = excluded.by_app,
                known_hosts = excluded.known_hosts,
                deploy_key = coalesce(project_remotes.deploy_key, excluded.deploy_key),
                deploy_key_public = case when project_remotes.deploy_key is null
                    then excluded.deploy_key_public else project_remotes.deploy_key_public end,
                clone_url = excluded.clone_url, repository = excluded.repository,
                poll_ms = excluded.poll_ms, look_at = now()
            where project_remotes.forge = excluded.forge
                and project_remotes.base_url = excluded.base_url
                and project_remotes.repository_id = excluded.repository_id
            """;

    private static final String DUE =
            """
            update project_remotes set look_at = now() + poll_ms * interval '1 millisecond'
            where project_id in (
                select project_id from project_remotes where look_at <= now()
                order by look_at limit ? for update skip locked)
            returning project_id
            """;

    private static final String TAKE =
            """
            update project_remotes
            set fetcher = ?, fetching_until = now() + ? * interval '1 millisecond'
            where project_id = ?
                and (fetcher is null or fetcher = ? or fetching_until < now()
                    or not exists (
                        select 1 from servers s
                        where s.id = fetcher and s.seen_at > now() - interval '20 seconds'))
            """;

    private static final String GIVE_BACK =
            """
            update project_remotes set fetcher = null, fetching_until = null
            where project_id = ? and fetcher = ?
            """;

    private static final String STANDINGS =
            """
            select project_id, forge, clone_url, enabled_at is not null as enabled, problem,
                formerly
            from project_remotes where project_id = any(?)
            """;

    private final SealingKey key;

    public Remotes(SealingKey key) {
        this.key = key;
    }

    /// Connects a project, or renews what is known of its connection.
    ///
    /// @return false when the project is connected to another repository
    public boolean save(Tx tx, Remote remote) {
        return tx.update(
                        INSERT,
                        remote.projectId(),
                        remote.forge(),
                        remote.base().toString(),
                        remote.cloneUrl().toString(),
                        remote.repository(),
                        remote.repositoryId(),
                        sealed(remote),
                        remote.knownHosts(),
                        sealedKey(remote),
                        publicPart(remote),
                        (int) remote.poll().toMillis(),
                        remote.byApp())
                == 1;
    }

    private byte @Nullable [] sealed(Remote remote) {
        Secret token = remote.token();
        return token == null ? null : key.seal(token, place(remote.projectId()));
    }

    private byte @Nullable [] sealedKey(Remote remote) {
        DeployKey deploy = remote.deployKey();
        return deploy == null ? null : key.seal(deploy.privatePart(), keyPlace(remote.projectId()));
    }

    private static String publicPart(Remote remote) {
        DeployKey deploy = remote.deployKey();
        return deploy == null ? "" : deploy.publicPart();
    }

    private static String place(long projectId) {
        return "remote " + projectId;
    }

    private static String keyPlace(long projectId) {
        return "deploy key " + projectId;
    }

    /// Where a project's commits come from; empty when they are pushed here.
    public Optional<Remote> find(Tx tx, long projectId) {
        return tx.first(BY_PROJECT, this::remote, projectId);
    }

    /// As [#find].
    ///
    /// @throws Fault NOT_FOUND when they are pushed here
    public Remote get(Tx tx, long projectId) {
        return find(tx, projectId)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.NOT_FOUND,
                                        "cannot fetch project "
                                                + projectId
                                                + ": it is connected to no repository",
                                        "connect it: slipway connect"));
    }

    /// The project that follows a repository.
    ///
    /// @param base of the forge
    /// @param repositoryId the forge's own
    public static Optional<Long> following(
            Tx tx, ForgeKind forge, EgressUrl base, String repositoryId) {
        return tx.first(
                """
                select project_id from project_remotes
                where forge = ? and base_url = ? and repository_id = ?
                order by project_id limit 1
                """,
                row -> row.number("project_id"),
                forge,
                base.toString(),
                repositoryId);
    }

    /// The projects whose branches are to be compared now; each is due again after its interval,
    /// whoever compares them.
    public static List<Long> due(Tx tx, int most) {
        return tx.query(DUE, row -> row.number("project_id"), most);
    }

    /// Its branches are to be compared as soon as possible.
    public static void look(Tx tx, long projectId) {
        tx.update("update project_remotes set look_at = now() where project_id = ?", projectId);
    }

    /// Its branches are to be compared after this time at the latest.
    public static void lookWithin(Tx tx, long projectId, Duration time) {
        tx.update(
                """
                update project_remotes
                set look_at = least(look_at, now() + ? * interval '1 millisecond')
                where project_id = ?
                """,
                time.toMillis(),
                projectId);
    }

    /// What it had when it was connected is here.
    public static void adopted(Tx tx, long projectId) {
        tx.update(
                "update project_remotes set adopted_at = now() where project_id = ? and adopted_at"
                        + " is null",
                projectId);
    }

    /// Whether what it had when it was connected is here.
    public static boolean isAdopted(Tx tx, long projectId) {
        return tx.first(
                        "select 1 as one from project_remotes where project_id = ? and adopted_at"
                                + " is not null",
                        row -> true,
                        projectId)
                .isPresent();
    }

    /// Lets it roll out without a pipeline file.
    ///
    /// @return whether it did not until now
    public static boolean enable(Tx tx, long projectId) {
        return tx.update(
                        "update project_remotes set enabled_at = now() where project_id = ? and"
                                + " enabled_at is null",
                        projectId)
                == 1;
    }

    /// Whether a connected project rolls out without a pipeline file; true for one that is not
    /// connected.
    public static boolean isEnabled(Tx tx, String project) {
        return tx.first(
                        """
                        select 1 as one from project_remotes r join projects p on p.id = r.project_id
                        where p.name = ? and r.enabled_at is null
                        """,
                        row -> true,
                        project)
                .isEmpty();
    }

    /// How a project's connection stands.
    ///
    /// @param forge as it is written: `gitlab`
    /// @param url from which it is cloned
    /// @param enabled whether it rolls out without a pipeline file
    /// @param problem why the last look or fetch failed; empty when it did not
    /// @param formerly which name the forge had for it before; empty: it was followed under no
    ///   other
    public record Standing(
            String forge, String url, boolean enabled, String problem, String formerly) {}

    /// How the connections of projects stand, by project; those that are pushed to are not in it.
    public static Map<Long, Standing> standings(Tx tx, List<Long> projects) {
        Map<Long, Standing> found = new HashMap<>();
        tx.query(
                STANDINGS,
                row ->
                        found.put(
                                row.number("project_id"),
                                new Standing(
                                        row.choice("forge", ForgeKind.class).word(),
                                        row.text("clone_url"),
                                        row.flag("enabled"),
                                        row.text("problem"),
                                        row.text("formerly"))),
                (Object) projects.toArray(Long[]::new));
        return found;
    }

    /// Why the last look or fetch failed; empty when it did not.
    public static void problem(Tx tx, long projectId, String problem) {
        tx.update(
                "update project_remotes set problem = ? where project_id = ? and problem <> ?",
                problem,
                projectId,
                problem);
    }

    /// The forge lets the project's key in from now on.
    public static void letIn(Tx tx, long projectId) {
        tx.update("update project_remotes set let_in_at = now() where project_id = ?", projectId);
    }

    /// Whether the forge said that it lets the project's key in.
    public static boolean isLetIn(Tx tx, long projectId) {
        return tx.first(
                        "select 1 as one from project_remotes where project_id = ? and let_in_at is"
                                + " not null",
                        row -> true,
                        projectId)
                .isPresent();
    }

    /// Makes a server the one that fetches, unless another one that lives is at it.
    static boolean take(Tx tx, long projectId, UUID server, Duration time) {
        return tx.update(TAKE, server, time.toMillis(), projectId, server) == 1;
    }

    static void giveBack(Tx tx, long projectId, UUID fetcher) {
        tx.update(GIVE_BACK, projectId, fetcher);
    }

    private Remote remote(Row row) {
        long project = row.number("project_id");
        byte[] sealed = row.bytesOrNull("credential");
        byte[] deploy = row.bytesOrNull("deploy_key");
        return new Remote(
                project,
                row.choice("forge", ForgeKind.class),
                EgressUrl.parse(row.text("base_url")),
                EgressUrl.parse(row.text("clone_url")),
                row.text("repository"),
                row.text("repository_id"),
                sealed == null ? null : opened(sealed, place(project), project),
                row.text("known_hosts"),
                deploy == null
                        ? null
                        : new DeployKey(
                                opened(deploy, keyPlace(project), project),
                                row.text("deploy_key_public")),
                Duration.ofMillis(row.integer("poll_ms")),
                row.flag("by_app"));
    }

    private Secret opened(byte[] sealed, String place, long project) {
        return key.open(sealed, place)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.CONFIGURATION,
                                        "cannot read the credential of project "
                                                + project
                                                + ": it was encrypted with another key",
                                        "put the data folder's key back from your backup, or"
                                                + " connect it again"));
    }
}
