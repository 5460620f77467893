package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `slipway connect FORGE URL [REPOSITORY...]`.
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        description = "Lets projects follow repositories of a forge.")
public final class ConnectCommand extends ServerWord {
    @Parameters(
            index = "0",
            paramLabel = "FORGE",
            description = "github, gitlab, gitea, bitbucket, bitbucket-data-center or generic")
    private String forge = "";

    @Parameters(
            index = "1",
            paramLabel = "URL",
            description =
                    "of the forge, or by ssh of a repository there; with generic, of the repository"
                            + " itself")
    private String url = "";

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "REPOSITORY",
            description = "owner/name; without any, those that there are are listed")
    private List<String> repositories = List.of();

    @Option(names = "--all", description = "every repository that the token may connect")
    private boolean all;

    @Option(
            names = "--organisation",
            paramLabel = "NAME",
            description =
                    "one hook of the organisation (GitLab: group, Bitbucket: workspace or project)"
                            + " tells of all its repositories")
    private String organisation = "";

    @Option(
            names = "--poll",
            paramLabel = "TIME",
            description = "how often branches are compared, such as 30s or 5m; default: 5m")
    private String poll = "5m";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "the forge's token; default: from a prompt or standard input")
    private @Nullable Path tokenFile;

    @Option(names = "--no-token", description = "the repository is public and has no hook made")
    private boolean noToken;

    @Option(names = "--app", description = "by the GitHub App of this Slipway, without a token")
    private boolean app;

    @Option(
            names = "--ssh",
            description =
                    "commits come by ssh, with a key of the project's; the forge is asked by https")
    private boolean ssh;

    @Option(
            names = "--host-key",
            paramLabel = "KEY",
            description =
                    "for ssh: by which the server is recognised, a line of known_hosts or the"
                            + " fingerprint, SHA256:...; default: what it shows, once you said yes")
    private @Nullable String hostKey;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException, IOException {
        Map<String, Object> wish = new LinkedHashMap<>();
        wish.put("forge", forge);
        wish.put("url", url);
        wish.put("pollSeconds", seconds());
        boolean generic = forge.equals("generic");
        boolean bySsh = ssh || address();
        if (app) {
            wish.put("app", true);
        } else if (!noToken && !(generic && bySsh)) {
            wish.put("token", token());
        }
        if (!all && repositories.isEmpty() && !generic && !namesOne()) {
            JsonNode offered = api.send("POST", "/connections/offered", wish).path("repositories");
            offered.forEach(name -> out.println(name.asString("")));
            out.println("slipway connect " + forge + " " + url + " REPOSITORY... connects them");
            out.flush();
            return 0;
        }
        wish.put("repositories", repositories);
        wish.put("all", all);
        wish.put("organisation", organisation);
        if (bySsh) {
            wish.put("hostKeys", List.of(confirmed(api, wish, out)));
        }
        if (bySsh && !generic) {
            wish.put("ssh", true);
        }
        for (JsonNode one : api.send("POST", "/connections", wish).path("connections")) {
            tell(one, out);
        }
        out.flush();
        return 0;
    }

    /// Whether it is an ssh address: without a scheme git takes it for one.
    private boolean address() {
        return url.startsWith("ssh:") || !url.contains("://");
    }

    /// Whether a forge's address is one of a repository there.
    private boolean namesOne() {
        return address() && !url.replaceFirst("^ssh://[^/]*/*|^[^:]*:?/*", "").isEmpty();
    }

    /// The server's key: what was given, or what it shows once somebody agreed to it.
    private String confirmed(ApiClient api, Map<String, Object> wish, PrintWriter out)
            throws InterruptedException {
        String given = hostKey;
        if (given != null && !given.startsWith("SHA256:")) {
            return given;
        }
        Map<String, Object> asked = new LinkedHashMap<>(wish);
        asked.remove("pollSeconds");
        JsonNode shown = api.send("POST", "/connections/host-key", asked);
        String fingerprint = shown.path("fingerprint").asString("");
        if (given != null && !given.equals(fingerprint)) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot connect " + url + ": its server's key is " + fingerprint,
                    "ask the server's operator which is right; somebody else may be answering");
        }
        if (given == null) {
            out.println(
                    shown.path("server").asString("the server") + " shows the key " + fingerprint);
            out.flush();
            if (!agreed()) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot connect " + url + ": nobody confirmed the server's key",
                        "compare it with what its operator says, then: --host-key " + fingerprint);
            }
        }
        return shown.path("key").asString("");
    }

    private static boolean agreed() {
        Console terminal = ConfigCommand.terminal();
        String answer = terminal == null ? null : terminal.readLine("is that its key? [yes/no] ");
        return answer != null && answer.strip().equalsIgnoreCase("yes");
    }

    private void tell(JsonNode one, PrintWriter out) {
        String project = one.path("project").asString("");
        boolean made = one.path("made").asBoolean();
        out.println(
                one.path("repository").asString("")
                        + (made ? " is connected as " : " was connected already as ")
                        + project);
        JsonNode hook = one.path("hook");
        String why = one.path("why").asString("");
        if (hook.isObject()) {
            out.println("  the forge took no hook: " + why);
            out.println("  add one there by hand: URL " + hook.path("url").asString(""));
            out.println("  its secret, shown only now: " + hook.path("secret").asString(""));
        } else if (!why.isEmpty()) {
            out.println("  there is no hook: " + why);
        }
        if (made && !one.path("told").asBoolean()) {
            out.println("  until a hook tells of it, it is compared each " + poll);
        }
        if (one.path("deployKey").isString()) {
            out.println("  let its server read the repository with this key:");
            out.println("  " + one.path("deployKey").asString(""));
        }
    }

    private int seconds() {
        if (!poll.matches("[1-9][0-9]{0,4}[smh]")) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take --poll " + poll + ": it is no time",
                    "write it as 30s or 5m");
        }
        int number = Integer.parseInt(poll.substring(0, poll.length() - 1));
        return switch (poll.charAt(poll.length() - 1)) {
            case 'm' -> number * 60;
            case 'h' -> number * 3600;
            default -> number;
        };
    }

    private String token() throws IOException {
        Path file = tokenFile;
        return (file == null ? ConfigCommand.asked("token") : Files.readString(file)).strip();
    }

    /// `slipway enable [PROJECT]`.
    @Command(
            name = "enable",
            mixinStandardHelpOptions = true,
            description = "Lets a connected project without a pipeline file roll out.")
    public static final class Enable extends ServerWord {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "PROJECT",
                description = "default: as with --project")
        private @Nullable String named;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String project = named == null ? project() : named;
            JsonNode enabled =
                    api.send(
                            "POST",
                            "/projects/" + ApiClient.escaped(project) + "/enable",
                            Map.of());
            out.println(
                    enabled.path("run").isNumber()
                            ? project + " rolls out: run " + enabled.path("run").asInt()
                            : project + " rolls out from its next run on");
            out.flush();
            return 0;
        }
    }
}
