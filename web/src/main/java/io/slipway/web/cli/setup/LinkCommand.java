package io.slipway.web.cli.setup;

import io.slipway.engine.project.ProjectName;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.Checkout;
import io.slipway.web.client.ApiClient;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/// `slipway link [PROJECT]`: gives this folder's repository the remote `slipway`, and git the token
/// for it. The remote's URL holds no secret.
@Command(
        name = "link",
        mixinStandardHelpOptions = true,
        description =
                "Gives this folder's repository the remote 'slipway', and git's credential helper"
                        + " the token for it.")
public final class LinkCommand implements Callable<Integer> {
    /// Git asks for a user name too; any is right.
    private static final String USER = "slipway";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECT",
            description =
                    "default: that of the remote slipway, else a name made of the folder's; a push"
                            + " makes the project")
    private @Nullable String project;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "default: SLIPWAY_SERVER, else the newest login, else this machine's")
    private @Nullable String server;

    @Option(
            names = "--helper",
            paramLabel = "HELPER",
            description =
                    "the credential helper that git uses for this server alone, such as cache or"
                            + " store; default: what git is told already")
    private @Nullable String helper;

    @Override
    public Integer call() throws InterruptedException {
        Settings settings =
                Settings.read(
                        server == null ? Map.of() : Map.of(Setting.SERVER, server),
                        System.getenv());
        GitProgram git = new GitProgram(top());
        try (ApiClient api = new ApiClient(settings)) {
            String name = project == null ? Checkout.at(git.folder()).project() : project;
            URI remote = api.server().resolve("/" + ProjectName.parse(name) + ".git");
            api.get("/me"); // what is kept for git afterwards should be worth something
            PrintWriter out = spec.commandLine().getOut();
            out.println(connect(git, remote));
            out.println(keep(git, api));
            out.println("next: git push slipway HEAD");
            out.flush();
        }
        return 0;
    }

    private static Path top() throws InterruptedException {
        GitProgram here = new GitProgram(Path.of("").toAbsolutePath());
        GitProgram.Ended top = here.run("", "rev-parse", "--show-toplevel");
        if (!top.well()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot link this folder: it is no git repository",
                    "git init -b main, or go to the folder of one");
        }
        return Path.of(top.text());
    }

    private static String connect(GitProgram git, URI remote) throws InterruptedException {
        GitProgram.Ended before = git.run("", "remote", "get-url", "slipway");
        if (!before.well()) {
            git.must("remote", "add", "slipway", remote.toString());
            return "the remote slipway is " + remote;
        }
        String bare = GitProgram.withoutPassword(before.text());
        if (!bare.equals(before.text())) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot link this folder: the URL of its remote slipway holds a password, which"
                            + " git shows and keeps",
                    "git remote set-url slipway " + bare + ", then the same again");
        }
        if (!before.text().equals(remote.toString())) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot link this folder: its remote slipway is " + before.text(),
                    "git remote set-url slipway " + remote + ", or name its project and server");
        }
        return "the remote slipway is " + remote + " already";
    }

    private String keep(GitProgram git, ApiClient api) throws InterruptedException {
        String address = api.server().toString();
        if (helper != null) {
            git.must("config", "--global", "credential." + address + ".helper", helper);
        }
        GitProgram.Ended known =
                git.run("", "config", "--get-urlmatch", "credential.helper", address);
        if (!known.well() || known.text().isEmpty()) {
            return "git has no credential helper and asks for the token at each push; for this"
                    + " server alone:\n"
                    + "  slipway link --helper cache   keeps it in memory for 15 minutes\n"
                    + "  slipway link --helper store   keeps it in ~/.git-credentials, readable"
                    + " for you";
        }
        GitProgram.Ended kept = git.run(credential(api), "credential", "approve");
        if (!kept.well()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot give git the token: its helper said: " + kept.text(),
                    "choose another one with --helper");
        }
        return "git has the token, by its helper " + known.text();
    }

    private static String credential(ApiClient api) {
        URI server = api.server();
        String port = server.getPort() < 0 ? "" : ":" + server.getPort();
        return "protocol="
                + server.getScheme()
                + "\nhost="
                + server.getHost()
                + port
                + "\nusername="
                + USER
                + "\npassword="
                + api.token()
                + "\n\n";
    }
}
