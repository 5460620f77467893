package io.slipway.web.settings;

import io.slipway.db.DatabaseAddress;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.blob.S3Bucket;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.oidc.OidcSettings;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What this Slipway is told, checked.
///
/// @param data the folder that holds everything; absolute
/// @param database null: the embedded one
public record Settings(
        Serving serving,
        Path data,
        @Nullable DatabaseAddress database,
        EngineSettings engine,
        Client client) {

    /// How it is reached.
    ///
    /// @param listen addresses of the switch
    /// @param domain below which apps are, in lower case
    /// @param url what Slipway calls itself: scheme, host and perhaps port
    /// @param trustedProxies networks in CIDR form
    /// @param certificate null: plain HTTP only
    /// @param oidc null: people sign in with passwords and tokens only
    /// @param idle after how long without a request a browser has to sign in again
    public record Serving(
            List<InetSocketAddress> listen,
            String domain,
            URI url,
            List<String> trustedProxies,
            @Nullable CertificateFiles certificate,
            @Nullable OidcSettings oidc,
            Duration idle) {
        /// The port of everything.
        public int port() {
            return listen.getFirst().getPort();
        }
    }

    /// Both are PEM, with absolute paths.
    public record CertificateFiles(Path certificate, Path key) {}

    /// Where things run.
    ///
    /// @param docker such as `unix:///var/run/docker.sock`, or `none`; null: found
    /// @param registry `host[:port]`
    /// @param subnets a private IPv4 range in CIDR form
    /// @param published whether containers are always reached by ports on 127.0.0.1
    /// @param baseImages what generated Dockerfiles begin with
    /// @param include the file that every project includes; null: none
    /// @param keeping how much is kept
    /// @param egress what may be reached outside
    /// @param forks what a fork's job gets at most
    /// @param cluster where jobs run; null: on the Docker engine
    /// @param target the cluster where apps run; null: on the Docker engine
    /// @param builder what builds images
    /// @param githubApp by which repositories of GitHub are connected without a token; null: none
    /// @param bucket where images and long logs are kept; null: in the data folder
    public record EngineSettings(
            @Nullable String docker,
            String registry,
            String subnets,
            boolean published,
            FromImages baseImages,
            Inclusions.@Nullable Wanted include,
            Keeping keeping,
            EgressRules egress,
            ForeignLimits forks,
            @Nullable ClusterSettings cluster,
            @Nullable TargetSettings target,
            BuilderSettings builder,
            @Nullable AppSettings githubApp,
            @Nullable S3Bucket bucket) {
        /// Whether there is an engine; without one jobs and apps run in a cluster.
        public boolean hasEngine() {
            return !"none".equals(docker);
        }
    }

    /// A GitHub App.
    ///
    /// @param url of GitHub
    /// @param id the App's id, or its client id
    /// @param key an absolute path
    public record AppSettings(EgressUrl url, String id, Path key) {}

    /// How much is kept.
    ///
    /// @param largestBlob the most bytes of one blob in the registry
    /// @param runs of each project, the newest
    /// @param images of each app, the newest
    /// @param logs since the end of what printed them; null: as long as their run
    public record Keeping(long largestBlob, int runs, int images, @Nullable Duration logs) {}

    /// What the command line uses.
    ///
    /// @param server the Slipway it talks to
    /// @param token `SLIPWAY_TOKEN`; null: one that was kept
    /// @param logins what was kept for servers
    public record Client(URI server, @Nullable Secret token, Logins logins) {}

    /// Reads flags, then the environment, then the settings file; the first that has a setting
    /// wins.
    ///
    /// @param flags what was given on the command line
    /// @param environment of the process
    /// @throws io.slipway.fault.Fault CONFIGURATION that names every mistake
    public static Settings read(Map<Setting, String> flags, Map<String, String> environment) {
        Sources sources = Sources.of(flags, environment);
        Settings settings = new SettingsReader(sources, environment).read();
        sources.mistakes().throwIfAny();
        return settings;
    }
}
