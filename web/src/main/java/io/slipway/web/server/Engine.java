package io.slipway.web.server;

import static java.util.Objects.requireNonNull;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.applog.AppLogs;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.connect.ConnectedPlanning;
import io.slipway.engine.connect.OfferedRuns;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.gate.SetValues;
import io.slipway.engine.hook.HookRuns;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageWork;
import io.slipway.engine.image.NoBuilder;
import io.slipway.engine.image.OldImages;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.log.LogScan;
import io.slipway.engine.log.LogSealer;
import io.slipway.engine.manifest.ReleaseManifests;
import io.slipway.engine.outgoing.OutgoingSender;
import io.slipway.engine.outgoing.OutgoingWebhooks;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.queue.Leftovers;
import io.slipway.engine.release.ConfiguredValues;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutRuns;
import io.slipway.engine.release.RolloutWork;
import io.slipway.engine.release.Supervisor;
import io.slipway.engine.retention.Retention;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.ServerLink;
import io.slipway.engine.route.Traffic;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.schedule.BranchRuns;
import io.slipway.engine.schedule.ByHand;
import io.slipway.engine.schedule.ScheduleClock;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.ConfigurationChanges;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.step.ConfiguredSecrets;
import io.slipway.engine.step.RegistryAccess;
import io.slipway.engine.trigger.BrokenOff;
import io.slipway.engine.trigger.Deliveries;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Presence;
import io.slipway.engine.trigger.Pushes;
import io.slipway.engine.trigger.Settlement;
import io.slipway.runners.docker.image.DockerBuilders;
import io.slipway.web.settings.ClusterSettings;
import io.slipway.web.settings.TargetSettings;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Everything that plans, runs and rolls out, without any listener.
final class Engine implements AutoCloseable {
    private static final String TARGET =
            """
            insert into targets (name, runner_id) values ('docker', ?)
            on conflict (name) do update set name = excluded.name returning id
            """;

    private static final String EVERY_ENVIRONMENT =
            """
            insert into environment_targets (project_id, environment, target_id) values (null, null, ?)
            on conflict do nothing
            """;

    private static final String HOST_OWNER =
            """
            select j.name as project, p.app, p.environment
            from hosts h join placements p on p.id = h.placement_id join projects j on j.id = p.project_id
            where h.host = ?
            """;

    private static final String LIVE_REF =
            """
            select runs.ref
            from placements p
                join projects j on j.id = p.project_id
                join releases l on l.id = p.live_release
                join runs on runs.id = l.run_id
            where j.name = ? and p.app = ? and p.environment = ? and p.desired = 'running'
            """;

    private final Closing closing = new Closing();
    private final Foundation base;
    private final Stores stores;
    private final @Nullable DockerParts docker;
    private final @Nullable ClusterParts cluster;
    private final Deployer deployer;
    private final Repositories repositories;
    private final Runs runs = new Runs();
    private final RunHistory history;
    private final RunChanges changes;
    private final LogReader logs;
    private final Configuration configuration;
    private final ConfigurationChanges configurationChanges;
    private final AppAddresses addresses;
    private final AppLogs appLogs;
    private final RolloutRuns rolloutRuns;
    private final Routes routes;
    private final Pushes pushes;
    private final BranchRuns branchRuns;
    private final RolloutParts parts;
    private final SealingKey key;
    private final Forges forges;
    private final ForeignRuns foreignRuns;
    private final Handling handling;
    private final WebhookParts webhooks;

    /// @param docker null when there is no engine: then there is a cluster for jobs and one for
    ///   apps
    /// @param server how the switch reaches the listener; null when there is none
    Engine(
            Foundation base,
            Stores stores,
            @Nullable DockerParts docker,
            Traffic traffic,
            @Nullable ServerLink server) {
        this.base = base;
        this.stores = stores;
        this.docker = docker;
        ClusterSettings settings = base.settings().engine().cluster();
        this.cluster =
                settings == null ? null : closing.add(new ClusterParts(base.instance(), settings));
        Database database = base.database();
        this.repositories =
                new Repositories(base.folder().paths().repositories(), base.failpoint());
        this.history = new RunHistory(database);
        this.changes = closing.add(new RunChanges(base.notifications()));
        this.logs = new LogReader(database, base.notifications(), stores.logs());
        this.key = SealingKey.at(base.folder().paths().key());
        TargetSettings target = base.settings().engine().target();
        this.deployer =
                target == null
                        ? requireNonNull(docker).deployer()
                        : closing.add(new TargetParts(base, key, target)).deployer();
        this.configuration = new Configuration(key);
        this.rolloutRuns = new RolloutRuns(runs);
        this.configurationChanges = new ConfigurationChanges(key, this::configured);
        URI self = base.settings().serving().url();
        String domain = base.settings().serving().domain();
        this.addresses = new AppAddresses(self, !AppAddresses.resolves(domain));
        this.routes =
                new Routes(
                        database,
                        traffic,
                        server,
                        new Routes.Own(ownHosts(), base.settings().serving().url().toString()));
        this.parts =
                new RolloutParts(
                        database,
                        deployer,
                        traffic,
                        routes,
                        new ConfiguredValues(configuration),
                        addresses,
                        new HookRuns(database, deployer));
        this.appLogs = closing.add(new AppLogs(database, base.notifications(), deployer));
        Planning planning =
                new ConnectedPlanning(
                        Planning.by(
                                new Planner(
                                        hostOwners(database),
                                        liveApps(database),
                                        setValues(database, configuration),
                                        base.settings().engine().baseImages())),
                        database);
        this.pushes =
                new Pushes(
                        database,
                        repositories,
                        planning,
                        runs,
                        new Pushes.Here(
                                base.folder().identity(),
                                domain,
                                base.settings().engine().include()));
        this.forges = closing.add(new Forges(base, repositories, pushes, key));
        this.branchRuns = new BranchRuns(repositories, planning, runs, pushes.included(), domain);
        OfferedRuns offered =
                new OfferedRuns(
                        database,
                        repositories,
                        new OfferedRuns.Starting(
                                planning,
                                runs,
                                pushes.included(),
                                domain,
                                base.settings().engine().forks()));
        this.foreignRuns = new ForeignRuns(database, repositories, runs, offered);
        this.handling = forges.handling(offered, foreignRuns);
        this.webhooks = closing.add(new WebhookParts(base, key, handling));
    }

    private static HostOwners hostOwners(Database database) {
        return host ->
                database.read(
                        tx ->
                                tx.first(
                                        HOST_OWNER,
                                        row ->
                                                new HostOwners.Owner(
                                                        row.text("project"),
                                                        row.text("app"),
                                                        row.text("environment")),
                                        host));
    }

    private static SetValues setValues(Database database, Configuration configuration) {
        return (project, names) -> {
            Set<String> missing = new TreeSet<>(names);
            database
                    .read(
                            tx ->
                                    Projects.find(tx, ProjectName.parse(project))
                                            .map(found -> configuration.list(tx, found.id()))
                                            .orElse(List.of()))
                    .stream()
                    .filter(entry -> entry.app() == null)
                    .forEach(entry -> missing.remove(entry.name()));
            return missing;
        };
    }

    private static LiveApps liveApps(Database database) {
        return (project, app, environment) ->
                database.read(
                        tx ->
                                tx.first(
                                        LIVE_REF,
                                        row -> row.text("ref"),
                                        project,
                                        app,
                                        environment));
    }

    private List<String> ownHosts() {
        URI self = base.settings().serving().url();
        String registry = base.settings().engine().registry().replaceFirst(":[0-9]+$", "");
        return List.of(String.valueOf(self.getHost()), registry, base.settings().serving().domain())
                .stream()
                .filter(host -> host.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?"))
                .distinct()
                .toList();
    }

    /// A change of the configuration makes a new release of the same image wherever it reaches.
    private void configured(Tx tx, ConfigurationChanges.Change change) {
        for (Placement placement : Placements.of(tx, change.project().id())) {
            if (change.app() == null || change.app().text().equals(placement.app())) {
                rolloutRuns.configure(
                        tx, placement, change.caller().principal().id(), change.cause());
            }
        }
    }

    /// Begins to work: what was cut off first.
    ///
    /// @param registry as jobs reach it
    /// @param version of the program
    void start(RegistryAccess registry, String version) {
        Database database = base.database();
        database.change(
                tx -> {
                    long runner = QueueParts.runner(tx);
                    long target = tx.one(TARGET, row -> row.number("id"), runner);
                    tx.update(EVERY_ENVIRONMENT, target);
                });
        Presence presence = new Presence(database, base.folder().identity(), version);
        closing.add(presence);
        repositories.sweep(presence.alone());
        pushes.recover();
        webhooks.start();
        closing.add(new BrokenOff(pushes));
        String url = base.settings().serving().url().toString();
        Map<JobKind, JobWork> work =
                Map.of(
                        JobKind.CHECK,
                        QueueParts.checks(
                                cluster == null
                                        ? requireNonNull(docker).runner()
                                        : cluster.runner(),
                                repositories,
                                url,
                                new ConfiguredSecrets(database, configuration),
                                registry,
                                base.settings().engine().forks()),
                        JobKind.IMAGE,
                        new ImageWork(database, repositories, builder(), this::drop),
                        JobKind.ROLLOUT,
                        new RolloutWork(parts));
        appLogs.start();
        Supervisor supervisor =
                closing.add(
                        new Supervisor(
                                parts,
                                rolloutRuns,
                                base.notifications().signal(Supervisor.CHANNEL),
                                appLogs::finish));
        supervisor.start();
        forges.start(handling);
        closing.add(new OutgoingSender(database, outgoing(), forges.egress(), url));
        closing.add(new LogSealer(database, stores.logs(), base.folder().identity()));
        closing.add(
                new Retention(
                        database,
                        repositories,
                        new OldImages(
                                database,
                                stores.registry(),
                                this::drop,
                                base.settings().engine().keeping().images()),
                        base.settings().engine().keeping().runs(),
                        base.settings().engine().keeping().logs()));
        closing.add(
                new QueueParts(base, leftovers(), work, new Settlement(database, repositories)));
        closing.add(new ScheduleClock(database, branchRuns)).start();
        if (docker != null) {
            docker.networks().makeReady();
        }
    }

    private ImageBuilder builder() {
        return docker == null ? new NoBuilder() : docker.builder();
    }

    /// Whoever has no engine has no copies there.
    private boolean drop(String repository, @Nullable String tag, String engineId) {
        return docker == null || docker.images().drop(repository, tag, engineId);
    }

    private List<Leftovers> leftovers() {
        List<Leftovers> leftovers = new ArrayList<>();
        if (docker != null) {
            leftovers.add(QueueParts.leftovers(docker.runner()));
        }
        DockerBuilders containers = docker == null ? null : docker.builders();
        if (containers != null) {
            leftovers.add(new BuilderLeftovers(base.database(), containers));
        }
        if (cluster != null) {
            leftovers.add(QueueParts.leftovers(cluster.runner()));
        }
        return leftovers;
    }

    Foundation base() {
        return base;
    }

    Deployer deployer() {
        return deployer;
    }

    ReleaseManifests manifests() {
        return new ReleaseManifests(parts);
    }

    Repositories repositories() {
        return repositories;
    }

    Runs runs() {
        return runs;
    }

    RunHistory history() {
        return history;
    }

    RunChanges changes() {
        return changes;
    }

    LogReader logs() {
        return logs;
    }

    LogScan logScan() {
        return new LogScan(base.database(), stores.logs());
    }

    SealingKey key() {
        return key;
    }

    Configuration configuration() {
        return configuration;
    }

    ConfigurationChanges configurationChanges() {
        return configurationChanges;
    }

    AppAddresses addresses() {
        return addresses;
    }

    AppLogs appLogs() {
        return appLogs;
    }

    RolloutRuns rolloutRuns() {
        return rolloutRuns;
    }

    ByHand byHand() {
        return new ByHand(base.database(), branchRuns);
    }

    OutgoingWebhooks outgoing() {
        return new OutgoingWebhooks(key);
    }

    WebhookParts webhooks() {
        return webhooks;
    }

    Pushes pushes() {
        return pushes;
    }

    ForeignRuns foreignRuns() {
        return foreignRuns;
    }

    Forges forges() {
        return forges;
    }

    Deliveries deliveries() {
        return new Deliveries(base.database());
    }

    @Override
    public void close() {
        closing.close();
    }
}
