package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;

/// `slipway open [RUN|APP]`: a page of the dashboard, or an app, in a browser.
@Command(
        name = "open",
        mixinStandardHelpOptions = true,
        description =
                "Opens the project's page in a browser, that of a run, or an app; prints its"
                        + " address.")
public final class OpenCommand extends ServerWord {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RUN|APP",
            description = "a run's number or an app's name; default: the project")
    private @Nullable String what;

    @Option(
            names = "--environment",
            paramLabel = "ENVIRONMENT",
            description = "of the app; default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Option(names = "--print", description = "prints the address only")
    private boolean only;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        String address = address(api);
        out.println(address);
        out.flush();
        if (!only && !browse(address)) {
            spec.commandLine().getErr().println("no browser could be started: open it yourself");
            spec.commandLine().getErr().flush();
        }
        return 0;
    }

    private String address(ApiClient api) throws InterruptedException {
        String word = what;
        if (word == null) {
            api.get(projectPath());
            return api.server().resolve("/" + project()).toString();
        }
        if (word.matches("[0-9]+")) {
            api.get(projectPath() + "/runs/" + word);
            return api.server().resolve("/" + project() + "/runs/" + word).toString();
        }
        for (JsonNode app : api.get(projectPath() + "/apps").path("apps")) {
            if (app.path("app").asString("").equals(word)
                    && app.path("environment").asString("").equals(environment)) {
                return safe(app.path("url").asString(""), word);
            }
        }
        throw new Fault(
                Kind.NOT_FOUND,
                "cannot open " + word + ": the project has no such app in " + environment,
                "slipway status lists them");
    }

    /// What a browser is given comes from a server: an address of the web, and no other program's.
    private static String safe(String url, String app) {
        if (!url.matches("https?://[^\\s]+")) {
            throw new Fault(
                    Kind.CONFLICT, "cannot open " + app + ": it has no address of its own", "");
        }
        return URI.create(url).toString();
    }

    /// `BROWSER`, else what the system opens addresses with.
    private static boolean browse(String address) {
        String chosen = System.getenv("BROWSER");
        boolean mac = System.getProperty("os.name", "").startsWith("Mac");
        boolean screen =
                mac || System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        if (chosen == null && !screen) {
            return false;
        }
        String program = chosen != null ? chosen : mac ? "open" : "xdg-open";
        try {
            new ProcessBuilder(List.of(program, address))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
