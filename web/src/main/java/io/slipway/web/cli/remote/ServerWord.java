package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.Checkout;
import io.slipway.web.cli.Colouring;
import io.slipway.web.client.ApiClient;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;
import io.slipway.web.text.Paint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// What every command that talks to a server has in common: which server, which project, and one
/// client for it.
public abstract class ServerWord implements Callable<Integer> {
    @Spec protected CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-p", "--project"},
            paramLabel = "PROJECT",
            description = "the project; default: that of the git remote 'slipway' of this folder")
    private @Nullable String project;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "the Slipway to ask; default: SLIPWAY_SERVER, else the one of this machine")
    private @Nullable String server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the data folder with the token; default: SLIPWAY_DATA")
    private @Nullable String data;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description =
                    "always, auto or never; default: auto, in a terminal unless NO_COLOR is set")
    private Colouring.When color = Colouring.When.auto;

    @Override
    public final Integer call() throws Exception {
        try (ApiClient api = new ApiClient(settings())) {
            return call(api, spec.commandLine().getOut());
        }
    }

    /// For results.
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// Whether what is printed has colours.
    final boolean colours() {
        Map<String, String> environment = System.getenv();
        return Colouring.of(color, Colouring.terminal(environment), environment);
    }

    /// Prints a result, its marks in colours.
    ///
    /// @return the exit code
    protected final int print(PrintWriter out, String text) {
        out.print(Paint.marks(text, colours()));
        out.flush();
        return 0;
    }

    /// For what is no result.
    protected final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// Does it.
    ///
    /// @return the exit code
    protected abstract int call(ApiClient api, PrintWriter out) throws Exception;

    private Settings settings() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        if (server != null) {
            flags.put(Setting.SERVER, server);
        }
        if (data != null) {
            flags.put(Setting.DATA, data);
        }
        return Settings.read(flags, System.getenv());
    }

    /// The project as a part of an API path.
    protected final String projectPath() {
        return "/projects/" + ApiClient.escaped(project());
    }

    protected final String project() {
        return projectIfAny().orElseThrow(() -> unknown("this folder is no git checkout"));
    }

    /// The project that was said; the folder's does not count.
    protected final Optional<String> projectIfSaid() {
        return Optional.ofNullable(project);
    }

    /// The project that is meant; empty where none is said and this folder is no checkout.
    protected final Optional<String> projectIfAny() {
        if (project != null) {
            return Optional.of(project);
        }
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            Path config = folder.resolve(".git/config");
            if (Files.isRegularFile(config)) {
                return Optional.of(ofRemote(config));
            }
        }
        return Optional.empty();
    }

    private static String ofRemote(Path config) {
        try {
            return Checkout.project(Files.readString(config))
                    .orElseThrow(() -> unknown("this checkout has no remote 'slipway'"));
        } catch (IOException e) {
            throw unknown("cannot read " + config + ": " + e.getMessage());
        }
    }

    private static Fault unknown(String why) {
        return new Fault(
                Kind.CONFIGURATION, "cannot tell which project is meant: " + why, "say -p PROJECT");
    }
}
