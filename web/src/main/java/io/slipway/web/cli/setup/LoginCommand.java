package io.slipway.web.cli.setup;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.remote.ConfigCommand;
import io.slipway.web.client.ApiClient;
import io.slipway.web.settings.Loopback;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;

/// `slipway login [URL]`: keeps a token for a server, once the server knows it. The token comes
/// from a prompt or standard input, never from the command line.
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        description =
                "Keeps a token for a server, which other words then ask. The token is asked for, or"
                        + " read from standard input.")
public final class LoginCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "URL",
            description = "such as https://slipway.example.com")
    private @Nullable String url;

    @Option(names = "--out", description = "forgets the token instead; it stays good")
    private boolean out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings =
                Settings.read(
                        url == null ? Map.of() : Map.of(Setting.SERVER, url), System.getenv());
        URI server = settings.client().server();
        PrintWriter print = spec.commandLine().getOut();
        if (out) {
            boolean known = settings.client().logins().forget(server);
            print.println(
                    known
                            ? "nothing is kept for " + server + " any more"
                            : "nothing was kept for " + server);
        } else {
            refuseInTheOpen(server);
            Secret token = asked(server);
            JsonNode me = known(server, token);
            settings.client().logins().keep(server, token);
            print.println("signed in at " + server + " as " + me.path("name").asString(""));
            print.println("  kept in " + settings.client().logins().file() + ", for you only");
            print.println("  slipway link connects a folder with it");
        }
        print.flush();
        return 0;
    }

    private static void refuseInTheOpen(URI server) {
        if ("http".equals(server.getScheme()) && !Loopback.isAt(server)) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot sign in at " + server + ": everybody on the way could read the token",
                    "give its https:// address; docs/operations.md says how a server gets one");
        }
    }

    private Secret asked(URI server) throws IOException {
        if (ConfigCommand.asksPeople()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("Make a token at " + server + "/-/settings, and paste it here.");
            err.flush();
        }
        String token = ConfigCommand.asked("token").strip();
        if (token.isEmpty()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot sign in: standard input holds no token",
                    "slipway login " + server + " <FILE");
        }
        return Secret.of(token);
    }

    private static JsonNode known(URI server, Secret token) throws InterruptedException {
        try (ApiClient api = new ApiClient(server, token)) {
            return api.get("/me");
        }
    }
}
