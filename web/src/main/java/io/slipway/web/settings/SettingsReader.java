package io.slipway.web.settings;

import io.slipway.db.DatabaseAddress;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.oidc.OidcSettings;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.web.settings.Settings.CertificateFiles;
import io.slipway.web.settings.Settings.Client;
import io.slipway.web.settings.Settings.EngineSettings;
import io.slipway.web.settings.Settings.Keeping;
import io.slipway.web.settings.Settings.Serving;
import io.slipway.web.settings.Sources.Wrong;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Makes settings of texts. Mistakes are noted, never thrown, so that all of them are found.
final class SettingsReader {
    private static final int SHORTEST_TOKEN = 20;

    private final Sources sources;
    private final Map<String, String> environment;

    SettingsReader(Sources sources, Map<String, String> environment) {
        this.sources = sources;
        this.environment = environment;
    }

    Settings read() {
        int port = sources.value(Setting.PORT, Values::port).orElse(8080);
        Serving serving = serving(port);
        return new Settings(
                serving,
                sources.value(Setting.DATA, this::folder)
                        .orElseGet(() -> StandardFolders.data(environment)),
                sources.value(Setting.DATABASE_URL, SettingsReader::database).orElse(null),
                engine(port),
                client(serving));
    }

    private Client client(Serving serving) {
        Path file =
                sources.text(Setting.CONFIG)
                        .map(Path::of)
                        .orElseGet(() -> StandardFolders.settings(environment));
        Logins logins = new Logins(file.resolveSibling("logins"));
        return new Client(
                sources.value(Setting.SERVER, Values::url).or(logins::newest).orElse(serving.url()),
                sources.value(Setting.TOKEN, SettingsReader::token).orElse(null),
                logins);
    }

    private Serving serving(int port) {
        List<InetAddress> addresses =
                sources.value(Setting.LISTEN, text -> Values.list(text, Values::address))
                        .orElseGet(
                                () ->
                                        List.of(
                                                InetAddress.ofLiteral("127.0.0.1"),
                                                InetAddress.ofLiteral("::1")));
        String domain = sources.value(Setting.DOMAIN, Values::domain).orElse("localhost");
        CertificateFiles tls = certificate();
        String standard =
                tls == null
                        ? "http://" + domain + (port == 80 ? "" : ":" + port)
                        : "https://" + domain + (port == 443 ? "" : ":" + port);
        return new Serving(
                addresses.stream().map(at -> new InetSocketAddress(at, port)).toList(),
                domain,
                sources.value(Setting.URL, Values::url).orElseGet(() -> URI.create(standard)),
                sources.value(Setting.TRUSTED_PROXIES, text -> Values.list(text, Values::network))
                        .orElse(List.of()),
                tls,
                oidc(),
                sources.value(Setting.SESSION_IDLE, Values::idle).orElse(Duration.ofHours(8)));
    }

    private @Nullable OidcSettings oidc() {
        String issuer = sources.value(Setting.OIDC_ISSUER, SettingsReader::issuer).orElse(null);
        String client = sources.text(Setting.OIDC_CLIENT_ID).orElse(null);
        Secret secret = sources.value(Setting.OIDC_CLIENT_SECRET, Secret::of).orElse(null);
        List<OidcSettings.Rule> rules =
                sources.value(Setting.OIDC_ROLES, text -> Values.list(text, SettingsReader::rule))
                        .orElse(List.of());
        if (issuer == null && client == null && secret == null && rules.isEmpty()) {
            return null;
        }
        if (issuer == null || client == null) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_OIDC_ISSUER and SLIPWAY_OIDC_CLIENT_ID belong together: one of"
                                    + " them is not set");
            return null;
        }
        return new OidcSettings(EgressUrl.parse(issuer), issuer, client, secret, rules);
    }

    private static String issuer(String text) {
        try {
            EgressUrl.parse(text);
            return text;
        } catch (Fault e) {
            throw new Wrong(e.message());
        }
    }

    private static OidcSettings.Rule rule(String text) {
        try {
            return OidcSettings.Rule.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable CertificateFiles certificate() {
        Path certificate = sources.value(Setting.TLS_CERT, this::file).orElse(null);
        Path key = sources.value(Setting.TLS_KEY, this::file).orElse(null);
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_TLS_CERT and SLIPWAY_TLS_KEY belong together: one of them is"
                                    + " not set");
            return null;
        }
        return new CertificateFiles(certificate, key);
    }

    private Path file(String text) {
        Path path = folder(text);
        if (!Files.isReadable(path)) {
            throw new Wrong("there is no such file, or it can't be read");
        }
        return path;
    }

    private EngineSettings engine(int port) {
        EngineSettings settings = engineAt(port);
        if (!settings.hasEngine() && (settings.cluster() == null || settings.target() == null)) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_DOCKER=none needs SLIPWAY_RUNNER=kubernetes and"
                                    + " SLIPWAY_DEPLOYER=kubernetes: without an engine jobs and"
                                    + " apps run in a cluster");
        }
        return settings;
    }

    private EngineSettings engineAt(int port) {
        return new EngineSettings(
                sources.value(Setting.DOCKER, Values::engine).orElse(null),
                sources.value(Setting.REGISTRY, Values::registry).orElse("localhost:" + port),
                sources.value(Setting.SUBNETS, Values::privateRange).orElse("10.202.0.0/16"),
                sources.value(Setting.REACH, SettingsReader::published).orElse(false),
                sources.value(Setting.BASE_IMAGES, SettingsReader::baseImages)
                        .orElse(FromImages.PUBLIC),
                sources.value(Setting.INCLUDE, SettingsReader::include).orElse(null),
                new Keeping(
                        sources.value(Setting.BLOB_LIMIT, Values::bytes).orElse(10L << 30),
                        sources.value(Setting.KEEP_RUNS, SettingsReader::count).orElse(1000),
                        sources.value(Setting.KEEP_IMAGES, SettingsReader::count).orElse(50),
                        sources.value(Setting.KEEP_LOGS, Values::kept).orElse(null)),
                sources.value(Setting.EGRESS_ALLOW, SettingsReader::egress)
                        .orElseGet(EgressRules::standard),
                sources.value(Setting.FORK_LIMITS, SettingsReader::forks)
                        .orElse(ForeignLimits.STANDARD),
                cluster(),
                TargetSettings.read(sources, this::folder),
                builder(),
                githubApp(),
                new BucketReader(sources).read());
    }

    private @Nullable ClusterSettings cluster() {
        boolean asked = sources.value(Setting.RUNNER, SettingsReader::kubernetes).orElse(false);
        Path kubeconfig = sources.value(Setting.KUBECONFIG, this::folder).orElse(null);
        String namespace =
                sources.value(Setting.KUBERNETES_NAMESPACE, SettingsReader::namespace)
                        .orElse("slipway-jobs");
        String helper =
                sources.value(Setting.KUBERNETES_HELPER, SettingsReader::reference).orElse("");
        boolean policies =
                sources.value(Setting.KUBERNETES_POLICIES, SettingsReader::enforced).orElse(false);
        if (asked && helper.isEmpty()) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_RUNNER=kubernetes needs SLIPWAY_KUBERNETES_HELPER: make the"
                                    + " image of runners/helper, push it where the cluster gets its"
                                    + " images, and set its reference");
        }
        return asked ? new ClusterSettings(kubeconfig, namespace, helper, policies) : null;
    }

    private BuilderSettings builder() {
        return new BuilderSettings(
                sources.value(Setting.BUILDER_IMAGE, BuilderSettings::image).orElse(""),
                sources.value(Setting.BUILDER_LIMITS, BuilderSettings::limits)
                        .orElse(BuilderSettings.LIMITS));
    }

    private static boolean kubernetes(String text) {
        return switch (text) {
            case "kubernetes" -> true;
            case "docker" -> false;
            default -> throw new Wrong("write docker or kubernetes");
        };
    }

    private static boolean enforced(String text) {
        return switch (text) {
            case "enforced" -> true;
            case "ignored" -> false;
            default -> throw new Wrong("write enforced or ignored");
        };
    }

    private static String namespace(String text) {
        if (text.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            return text;
        }
        throw new Wrong("write the name of a namespace, such as slipway-jobs");
    }

    private static String reference(String text) {
        if (text.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,500}")) {
            return text;
        }
        throw new Wrong("write an image's reference, such as registry.example.com/helper:1");
    }

    private Settings.@Nullable AppSettings githubApp() {
        String id = sources.value(Setting.GITHUB_APP_ID, SettingsReader::appId).orElse(null);
        Path key = sources.value(Setting.GITHUB_APP_KEY, this::file).orElse(null);
        EgressUrl url =
                sources.value(Setting.GITHUB_APP_URL, SettingsReader::issuer)
                        .map(EgressUrl::parse)
                        .orElse(null);
        if (id == null && key == null && url == null) {
            return null;
        }
        if (id == null || key == null) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_GITHUB_APP_ID and SLIPWAY_GITHUB_APP_KEY belong together: one"
                                    + " of them is not set");
            return null;
        }
        return new Settings.AppSettings(
                url == null ? EgressUrl.parse("https://github.com") : url, id, key);
    }

    private static String appId(String text) {
        if (text.matches("[A-Za-z0-9._-]{1,64}")) {
            return text;
        }
        throw new Wrong("write the App's id, or its client id, as its settings on GitHub show it");
    }

    private Path folder(String text) {
        boolean home = text.equals("~") || text.startsWith("~/");
        Path path =
                home
                        ? StandardFolders.home(environment)
                                .resolve(text.substring(1).replaceFirst("^/", ""))
                        : Path.of(text);
        return path.toAbsolutePath().normalize();
    }

    private static DatabaseAddress database(String text) {
        try {
            return DatabaseAddress.parse(text);
        } catch (Fault e) {
            throw new Wrong("it is no PostgreSQL URL: " + e.remedy());
        }
    }

    private static Secret token(String text) {
        if (text.length() < SHORTEST_TOKEN) {
            throw new Wrong("it has fewer than " + SHORTEST_TOKEN + " characters");
        }
        return Secret.of(text);
    }

    private static FromImages baseImages(String text) {
        try {
            return FromImages.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong(String.valueOf(e.getMessage()));
        }
    }

    private static Inclusions.Wanted include(String text) {
        try {
            return Inclusions.Wanted.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong(String.valueOf(e.getMessage()));
        }
    }

    private static EgressRules egress(String text) {
        try {
            return EgressRules.parse(Values.list(text, part -> part));
        } catch (IllegalArgumentException e) {
            throw new Wrong(String.valueOf(e.getMessage()));
        }
    }

    private static ForeignLimits forks(String text) {
        try {
            return ForeignLimits.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong(String.valueOf(e.getMessage()));
        }
    }

    private static int count(String text) {
        if (text.matches("[1-9][0-9]{0,6}")) {
            return Integer.parseInt(text);
        }
        throw new Wrong("write a number from 1 to 9999999");
    }

    private static boolean published(String text) {
        return switch (text) {
            case "published" -> true;
            case "auto" -> false;
            default -> throw new Wrong("write auto or published");
        };
    }
}
