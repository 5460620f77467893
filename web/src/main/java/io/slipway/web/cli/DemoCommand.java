package io.slipway.web.cli;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;
import io.slipway.web.settings.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

/// `slipway demo`: pushes a copy of `examples/hello` with the real git client and asks the app: to
/// the Slipway that runs, else to one of its own, of which nothing remains.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Pushes examples/hello and asks the app; starts a Slipway for it if none runs.")
public final class DemoCommand implements Callable<Integer> {
    private static final String PROJECT = "hello-demo";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path home = home();
        DemoRepository.baseImages(home);
        Settings settings = Settings.read(Map.of(), System.getenv());
        if (answers(settings)) {
            return push(settings, home, out) ? 0 : 1;
        }
        out.println("No Slipway runs here: one is started for this, and removed at the end.");
        out.flush();
        try (DemoServer own = DemoServer.start()) {
            return push(own.settings(), home, out) ? 0 : 1;
        }
    }

    private static Path home() {
        String home = System.getProperty("slipway.home");
        if (home == null) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot find examples/hello: it is not known where Slipway's checkout is",
                    "start it with ./slipway demo");
        }
        return Path.of(home);
    }

    private static boolean answers(Settings settings) throws InterruptedException {
        try (ApiClient api = new ApiClient(settings)) {
            api.get("/me");
            return true;
        } catch (Fault e) {
            if (settings.client().server().equals(settings.serving().url())) {
                return false;
            }
            throw e;
        }
    }

    private static boolean push(Settings settings, Path home, PrintWriter out)
            throws IOException, InterruptedException {
        try (ApiClient api = new ApiClient(settings);
                DemoRepository repository = DemoRepository.of(home.resolve("examples/hello"))) {
            URI remote = settings.client().server().resolve("/" + PROJECT + ".git");
            out.println("$ git push " + remote + " HEAD:main");
            out.flush();
            if (!repository.push(remote, api.token())) {
                return false;
            }
            return ask(api.get("/projects/" + PROJECT + "/apps"), out);
        }
    }

    private static boolean ask(JsonNode apps, PrintWriter out)
            throws IOException, InterruptedException {
        String url = apps.path("apps").path(0).path("url").asString("");
        if (url.isEmpty()) {
            out.println("The push ended well, but the app has no URL.");
            return false;
        }
        out.println("$ curl " + url);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            BodyHandlers.ofString());
            out.println(answer.body().strip());
            out.println();
            out.println(
                    answer.statusCode() == 200
                            ? "The app answered: 200."
                            : "The app answered " + answer.statusCode() + ", which is wrong.");
            out.flush();
            return answer.statusCode() == 200;
        }
    }
}
