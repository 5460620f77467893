package io.slipway.web.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Every setting there is; `docs/settings.md` is made of this list and a test compares both.
public enum Setting {
    /// Where the switch listens.
    PORT(true, "8080", "The port of everything: apps, git, registry, dashboard and API."),
    /// Where the switch listens.
    LISTEN(true, "127.0.0.1,::1", "The addresses it listens on; `0.0.0.0,::` for all."),
    /// Where everything is kept.
    DATA(
            true,
            "~/.local/share/slipway",
            "The folder that holds everything. On macOS `~/Library/Application Support/slipway`."),
    /// Below what apps are.
    DOMAIN(true, "localhost", "Each app is one label below it: `hello.localhost`."),
    /// What Slipway calls itself.
    URL(
            true,
            "http://<domain>:<port>",
            "What Slipway calls itself in everything it prints; no path."),
    /// A database of the operator's.
    DATABASE_URL(
            false,
            "embedded",
            "A PostgreSQL 15 or newer: `postgresql://user:password@host:5432/name`."),
    /// The registry's name for engines.
    REGISTRY(
            true,
            "localhost:<port>",
            "`host[:port]` under which engines and nodes reach the registry."),
    /// The first token.
    TOKEN(
            false,
            "made at the first start",
            "For the server: the operator's token, else one is made and kept in `<data>/token`. For"
                + " the command line: the token it presents, else what `slipway login` has kept for"
                + " the server, else, for the server of this machine, the one in that file."),
    /// The engine.
    DOCKER(
            true,
            "found as Docker's own client finds it",
            "The Docker engine: `unix:///path` or `tcp://host:port`. `none`: there is none, jobs"
                    + " and apps run in a cluster, and images are not built."),
    /// Networks of containers.
    SUBNETS(
            true,
            "10.202.0.0/16",
            "A private IPv4 range that nothing else uses; containers' networks are cut from it."),
    /// How containers are reached.
    REACH(
            true,
            "auto",
            "How apps' containers are reached: `auto`, by their addresses where a probe shows that"
                    + " it works, or `published`, always by ports on 127.0.0.1."),
    /// Where jobs run.
    RUNNER(
            true,
            "docker",
            "Where jobs run: `docker`, on the engine above, or `kubernetes`, as pods of a cluster"
                    + " (docs/kubernetes.md)."),
    /// How the cluster is reached.
    KUBECONFIG(
            true,
            "inside a cluster its own account, else as kubectl finds it",
            "The file that says how the cluster is reached."),
    /// Where the pods of jobs are.
    KUBERNETES_NAMESPACE(
            true, "slipway-jobs", "The namespace for the pods of jobs; it has to be there."),
    /// Slipway's own image in the pods of jobs.
    KUBERNETES_HELPER(
            true,
            "none",
            "Reference of Slipway's helper image, made of `runners/helper`; needed with"
                    + " `SLIPWAY_RUNNER=kubernetes`."),
    /// Whether policies hold.
    KUBERNETES_POLICIES(
            true,
            "ignored",
            "`enforced` when the cluster enforces NetworkPolicies; otherwise a job with"
                    + " `network: none` is not run."),
    /// Where apps run.
    DEPLOYER(
            true,
            "docker",
            "Where apps run: `docker`, on the engine above, or `kubernetes`, in namespaces of a"
                    + " cluster (docs/kubernetes.md)."),
    /// How namespaces of apps are called.
    KUBERNETES_APPS(
            true,
            "slipway-",
            "What the names of the namespaces for apps begin with; each environment of a project"
                    + " has one."),
    /// What pods of apps may.
    KUBERNETES_PROFILE(
            true,
            "restricted",
            "What pods of apps may: `restricted`, nothing and never as root, or `baseline`, what"
                    + " containers of apps on an engine may."),
    /// How apps in a cluster are reached.
    KUBERNETES_NODE(
            true,
            "none",
            "The address of a node by which the switch reaches apps (NodePort), for a server that"
                    + " runs neither in the cluster nor on one of its nodes."),
    /// What else leads to them.
    KUBERNETES_DOOR(
            true,
            "none",
            "What leads to apps beside the switch: `ingress:CLASS`, an Ingress of that class, or"
                    + " `gateway:NAMESPACE/NAME`, an HTTPRoute of that Gateway."),
    /// What builds images.
    BUILDER_IMAGE(
            true,
            "none",
            "The image of rootless BuildKit that builds images in a container of each project's own"
                + " (docs/images.md), such as moby/buildkit:v0.26.3-rootless; `none`: always the"
                + " engine's own BuildKit."),
    /// What a builder may use.
    BUILDER_LIMITS(
            true,
            "cpu=4,memory=4Gi,pids=2048",
            "What all builds of a project at once may use; what is left out is as it is by"
                    + " default."),
    /// What images of known kinds begin with.
    BASE_IMAGES(
            true,
            "the public ones",
            "What generated Dockerfiles begin with: a registry that has the public names, such as"
                    + " `registry.example.com/mirror`, or single images, such as"
                    + " `node=registry.example.com/node`; several with commas."),
    /// A definition for everybody.
    INCLUDE(
            true,
            "none",
            "A pipeline file that every project includes: `project:ref:file`, such as"
                    + " `platform/pipelines:v1:base.yml`; without a ref the project's default"
                    + " branch."),
    /// The registry's cap.
    BLOB_LIMIT(
            true,
            "10Gi",
            "The most bytes that one layer or other blob of the registry may have, such as `500Mi`"
                    + " or `10Gi`."),
    /// Where bytes are kept.
    S3_BUCKET(
            true,
            "none: the data folder",
            "A bucket of an S3 server, in which images and long logs are kept; it has to be"
                    + " there."),
    /// Whose bucket.
    S3_ENDPOINT(
            true,
            "Amazon's",
            "The S3 server of the bucket, such as `https://s3.example.com`; no path."),
    /// Where the bucket is.
    S3_REGION(true, "us-east-1", "The bucket's region; many servers take any."),
    /// What else is in the bucket.
    S3_PREFIX(
            true,
            "none",
            "What stands before the names of all that is kept in the bucket, such as `slipway/`."),
    /// How the bucket is named in a request.
    S3_STYLE(
            true,
            "auto",
            "Where requests name the bucket: `path`, `host`, or `auto`: in the path where an"
                    + " endpoint is set."),
    /// Who asks.
    S3_ACCESS_KEY(
            true,
            "as Amazon's own tools find it",
            "The id of the key by which the bucket is reached. Without it and the secret: variables"
                    + " `AWS_*`, `~/.aws/credentials`, or the role of the machine or pod."),
    /// What proves it.
    S3_SECRET_KEY(false, "none", "The secret of that key."),
    /// How much history there is.
    KEEP_RUNS(
            true,
            "1000",
            "How many of a project's newest runs are kept with their logs; older ones go, unless a"
                    + " release of theirs is live or may be rolled back to."),
    /// How long logs are there.
    KEEP_LOGS(
            true,
            "as long as their run",
            "How long the logs of jobs are kept after their end, such as `90d` or `12h`; of a run"
                    + " that is kept longer its jobs and steps stay, with one line in the place of"
                    + " each log."),
    /// How many images there are.
    KEEP_IMAGES(
            true,
            "50",
            "How many of an app's newest images are kept; the bytes of older ones go, unless a"
                    + " release of theirs is live or may be rolled back to."),
    /// What may be reached outside.
    EGRESS_ALLOW(
            true,
            "public addresses, by https at port 443",
            "What Slipway may connect to besides when it fetches or asks a forge: networks, such as"
                    + " `10.1.0.0/16`, and origins, such as `http://gitea.example.com:3000`."),
    /// What a fork's job gets at most.
    FORK_LIMITS(
            true,
            "cpu=1,memory=2Gi,pids=512,timeout=20m",
            "What each job of a fork's pull request gets at most, whoever agreed to it; what is"
                    + " left out is as it is by default."),
    /// The App that speaks for repositories of GitHub.
    GITHUB_APP_ID(
            true,
            "none",
            "The id of a GitHub App, or its client id, by which repositories are connected without"
                    + " a token: `slipway connect github https://github.com --app`."),
    /// With what it proves itself.
    GITHUB_APP_KEY(
            true,
            "none",
            "The App's private key: PEM, as GitHub gives it. Read when the server starts."),
    /// Where it is registered.
    GITHUB_APP_URL(true, "https://github.com", "The GitHub at which the App is registered."),
    /// The certificate.
    TLS_CERT(
            true,
            "none: plain HTTP",
            "The certificate with its chain, PEM; with it the port speaks HTTPS as well. Read again"
                    + " when it changes."),
    /// Its key.
    TLS_KEY(true, "none", "The certificate's key: PEM, PKCS#8, without a password."),
    /// By whom people are known.
    OIDC_ISSUER(
            true,
            "none",
            "A provider of identities that speaks OpenID Connect, as it calls itself, such as"
                    + " `https://login.example.com`."),
    /// What the provider calls Slipway.
    OIDC_CLIENT_ID(true, "none", "What the provider calls this Slipway."),
    /// What proves it.
    OIDC_CLIENT_SECRET(false, "none", "What proves it; a public client has none."),
    /// Who is what.
    OIDC_ROLES(
            true,
            "none",
            "Whose claims make which role, in the whole instance, `groups:platform=admin`, or in a"
                    + " project, `groups:shop=developer@shop`; several with commas."),
    /// When browsers that nobody uses are signed out.
    SESSION_IDLE(
            true,
            "8h",
            "After how long without a request a browser has to sign in again, from `5m` to `24h`."),
    /// Whose forwarding headers are believed.
    TRUSTED_PROXIES(
            true,
            "none",
            "Networks, such as `10.0.0.0/8`, of proxies whose `X-Forwarded-*` headers are"
                    + " believed."),
    /// Where the command line finds the server.
    SERVER(
            true,
            "the newest `slipway login`, else the URL above",
            "For the command line: the Slipway it talks to."),
    /// The settings file.
    CONFIG(
            true,
            "~/.config/slipway/slipway.conf",
            "The settings file: lines of `SLIPWAY_PORT=8080`, `#` begins a comment.");

    private final boolean flag;
    private final String standard;
    private final String meaning;

    Setting(boolean flag, String standard, String meaning) {
        this.flag = flag;
        this.standard = standard;
        this.meaning = meaning;
    }

    /// Its name in the environment and in the settings file: `SLIPWAY_PORT`.
    public String variable() {
        return "SLIPWAY_" + name();
    }

    /// Its name on the command line, `--port`; empty for what may hold a secret, since every user
    /// of the machine can read a command line.
    public Optional<String> flag() {
        return flag
                ? Optional.of("--" + name().toLowerCase(Locale.ROOT).replace('_', '-'))
                : Optional.empty();
    }

    /// What holds when nobody sets it, for people.
    public String standard() {
        return standard;
    }

    /// What it is, in Markdown.
    public String meaning() {
        return meaning;
    }

    /// Whether its value is a secret, never to be repeated in a message.
    boolean secret() {
        return !flag;
    }

    static Optional<Setting> of(String variable) {
        return Arrays.stream(values())
                .filter(setting -> setting.variable().equals(variable))
                .findFirst();
    }
}
