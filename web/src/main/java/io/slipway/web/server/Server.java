package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.engine.account.Accounts;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.oidc.Oidc;
import io.slipway.engine.route.Traffic;
import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.SwitchClient;
import io.slipway.web.api.Api;
import io.slipway.web.api.AppApi;
import io.slipway.web.api.ApprovalApi;
import io.slipway.web.api.ConfigApi;
import io.slipway.web.api.ExecApi;
import io.slipway.web.api.IncludeApi;
import io.slipway.web.api.LogApi;
import io.slipway.web.api.ProjectApi;
import io.slipway.web.api.RunApi;
import io.slipway.web.api.StartApi;
import io.slipway.web.connect.ConnectApi;
import io.slipway.web.connect.TrustApi;
import io.slipway.web.contract.Contract;
import io.slipway.web.failure.FailuresApi;
import io.slipway.web.git.GitHandler;
import io.slipway.web.git.GitHost;
import io.slipway.web.git.GitLimits;
import io.slipway.web.http.DashboardFiles;
import io.slipway.web.http.Handover;
import io.slipway.web.http.HttpListener;
import io.slipway.web.http.Readiness;
import io.slipway.web.live.LiveApi;
import io.slipway.web.overview.BadgeApi;
import io.slipway.web.overview.CompareApi;
import io.slipway.web.overview.DeliveryApi;
import io.slipway.web.overview.EstimateApi;
import io.slipway.web.overview.FleetApi;
import io.slipway.web.overview.ImageApi;
import io.slipway.web.overview.LogSearchApi;
import io.slipway.web.overview.ManifestApi;
import io.slipway.web.overview.MetricsApi;
import io.slipway.web.overview.QueueApi;
import io.slipway.web.overview.RolloutsApi;
import io.slipway.web.overview.RunsApi;
import io.slipway.web.overview.TextPages;
import io.slipway.web.overview.TokenApi;
import io.slipway.web.overview.TraceApi;
import io.slipway.web.people.AuditApi;
import io.slipway.web.people.MemberApi;
import io.slipway.web.people.OidcApi;
import io.slipway.web.people.PeopleApi;
import io.slipway.web.people.SessionApi;
import io.slipway.web.registry.RegistryHandler;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Settings;
import io.slipway.web.traffic.SwitchProcess;
import io.slipway.web.traffic.SwitchSettings;
import io.slipway.web.traffic.tls.TlsFiles;
import io.slipway.web.webhook.OutgoingApi;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A server: engine and listener behind the switch, from settings to serving.
public final class Server implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Foundation base;
    private final Stores stores;
    private final @Nullable DockerParts docker;
    private final String version;
    private volatile Readiness readiness = Readiness.STARTING;

    /// Returns when everything serves.
    ///
    /// @param version of the program
    /// @param begins told of each part before it is started, for people who wait
    /// @throws Fault with what is in the way
    public Server(Settings settings, String version, Consumer<String> begins) {
        this(settings, version, Failpoint.NONE, begins);
    }

    /// As [#Server(Settings,String,Consumer)], told to nobody.
    ///
    /// @param failpoint told of what changes
    public Server(Settings settings, String version, Failpoint failpoint) {
        this(settings, version, failpoint, part -> {});
    }

    private Server(
            Settings settings, String version, Failpoint failpoint, Consumer<String> begins) {
        this.version = version;
        // What needs nothing of the rest is made while the rest waits for others.
        CompletableFuture<Contract> contract = CompletableFuture.supplyAsync(Contract::read);
        SwitchProcess process = new SwitchProcess(switchSettings(settings));
        CompletableFuture<SwitchClient> traffic =
                CompletableFuture.supplyAsync(() -> new SwitchClient(process.control(), failpoint));
        try {
            begins.accept(database(settings));
            this.base = closing.add(new Foundation(settings, false, failpoint));
            this.stores = closing.add(new Stores(base));
            this.docker = settings.engine().hasEngine() ? engine(begins) : null;
            begins.accept("the switch");
            process.ensure();
            closing.add(process.keep());
            begins.accept("the server");
            serve(closing.add(traffic.join()), contract.join());
        } catch (Throwable e) {
            closing.close();
            traffic.thenAccept(SwitchClient::close);
            throw e;
        }
    }

    private DockerParts engine(Consumer<String> begins) {
        begins.accept("the Docker engine");
        return closing.add(new DockerParts(base, stores.registry()));
    }

    private static String database(Settings settings) {
        if (settings.database() != null) {
            return "the database at " + settings.database().shown();
        }
        boolean isThere = Files.exists(new DataPaths(settings.data()).postgres());
        return isThere ? "the database" : "the database, which the first start makes";
    }

    /// What the switch of these settings is started with.
    public static SwitchSettings switchSettings(Settings settings) {
        var files = settings.serving().certificate();
        return SwitchSettings.of(
                settings.data(),
                settings.serving().listen(),
                settings.serving().trustedProxies(),
                files == null ? null : new TlsFiles(files.certificate(), files.key()));
    }

    private void serve(Traffic traffic, Contract contract) {
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(
                                        Math.min(4, Runtime.getRuntime().availableProcessors())));
        Router router = Router.router(vertx);
        HttpListener listener =
                closing.add(new HttpListener(vertx, router, secret(), this::readiness));
        Handover handover = closing.add(new Handover());
        Engine engine = closing.add(new Engine(base, stores, docker, traffic, listener.link()));
        mount(router, engine, handover, contract);
        RegistryDoor door =
                new RegistryDoor(base.database(), stores.registry(), docker, engine.key());
        door.open(vertx, handover);
        engine.start(door, version);
        readiness = Readiness.SERVING;
    }

    private static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Readiness readiness() {
        if (readiness == Readiness.SERVING) {
            base.database().read(tx -> tx.one("select 1 as one", row -> row.number("one")));
        }
        return readiness;
    }

    private void mount(Router router, Engine engine, Handover handover, Contract contract) {
        Settings settings = base.settings();
        GitHost host =
                new GitHost(
                        base.database(),
                        engine.repositories(),
                        engine.pushes(),
                        new GitHost.Watching(
                                engine.history(),
                                engine.changes(),
                                engine.logs(),
                                engine.deliveries(),
                                settings.serving().url()),
                        GitLimits.DEFAULT);
        Api api =
                new Api(
                        router,
                        base.database(),
                        handover,
                        settings.serving().url().toString(),
                        engine.key()::word,
                        contract);
        new GitHandler(host, handover, api.tokens()).mount(router);
        new RegistryHandler(api.tokens(), stores.registry(), handover, false).mount(router);
        Documents.mount(router, contract);
        people(api, engine.forges().egress());
        new ProjectApi(api, base.database(), engine.history(), engine.addresses());
        new IncludeApi(api, engine.pushes().included());
        new StartApi(api, base.database(), engine.byHand());
        new RunApi(api, base.database(), engine.history(), engine.runs());
        new ApprovalApi(
                api,
                base.database(),
                engine.history(),
                new Approvals(base.database()),
                engine.foreignRuns());
        new AppApi(
                api, base.database(), engine.rolloutRuns(), engine.appLogs(), engine.addresses());
        new ExecApi(api, base.database(), engine.deployer());
        new ConfigApi(api, base.database(), engine.configuration(), engine.configurationChanges());
        new ConnectApi(
                api,
                base.database(),
                engine.forges().connections(engine.webhooks().hookMaker()),
                engine.byHand());
        new OutgoingApi(
                api,
                base.database(),
                engine.outgoing(),
                engine.forges().egress(),
                settings.serving().url().toString());
        new TrustApi(api, base.database(), engine.forges().trusted());
        new LogApi(api, base.database(), engine.history(), engine.logs());
        new LiveApi(api, base.database(), base.notifications(), engine.history(), engine.logs());
        overview(api, engine);
        engine.webhooks().mount(router, api, handover);
        TextPages.mount(router);
        new DashboardFiles(Server.class.getClassLoader()).mount(router, handover);
    }

    private void people(Api api, Egress egress) {
        Database database = base.database();
        Accounts accounts = new Accounts(database);
        Settings.Serving serving = base.settings().serving();
        String url = serving.url().toString();
        SessionApi sessions = new SessionApi(api, database, accounts, serving.idle(), version);
        Oidc oidc =
                serving.oidc() == null
                        ? null
                        : new Oidc(database, egress, serving.oidc(), url + OidcApi.CALLBACK);
        new OidcApi(api, sessions, oidc);
        new PeopleApi(api, database, accounts, url);
        new MemberApi(api, database);
        new AuditApi(api, database);
    }

    private void overview(Api api, Engine engine) {
        Database database = base.database();
        new FleetApi(api, database, engine.addresses(), engine.history(), engine.repositories());
        new RunsApi(api, database);
        new RolloutsApi(api, database);
        new EstimateApi(api, database, engine.history());
        new TraceApi(api, database, engine.history());
        new FailuresApi(api, database, engine.history());
        new LogSearchApi(api, database, engine.logScan());
        new QueueApi(api, database);
        new MetricsApi(api, database);
        new DeliveryApi(api, database);
        new ImageApi(api, database);
        new CompareApi(api, database, engine.repositories());
        new TokenApi(api, database);
        new ManifestApi(api, database, engine.manifests());
        new BadgeApi(api, database, engine.history(), engine.addresses());
    }

    /// The token that was made at this start, to be shown once.
    public @Nullable String newToken() {
        return base.newToken();
    }

    /// Hands over what runs, and stops; the switch and the apps go on.
    @Override
    public void close() {
        readiness = Readiness.DRAINING;
        closing.close();
    }
}
