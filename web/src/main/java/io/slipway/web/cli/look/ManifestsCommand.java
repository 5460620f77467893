package io.slipway.web.cli.look;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.remote.ServerWord;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.ManifestText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// `slipway manifests [APP]`.
@Command(
        name = "manifests",
        mixinStandardHelpOptions = true,
        description =
                "Prints what Slipway applies to the cluster for the newest release of an app, or of"
                        + " all apps of the project.")
public final class ManifestsCommand extends ServerWord {
    @Parameters(index = "0", arity = "0..1", paramLabel = "APP", description = "the app's name")
    private @Nullable String app;

    @Option(
            names = {"-e", "--environment"},
            paramLabel = "ENVIRONMENT",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Option(
            names = "--diff",
            description =
                    "prints what applying it would change; the cluster is asked, and nothing is"
                            + " changed")
    private boolean diff;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        for (String one : apps(api)) {
            JsonNode answer =
                    api.get(
                            projectPath()
                                    + "/apps/"
                                    + ApiClient.escaped(one)
                                    + "/manifests?environment="
                                    + ApiClient.escaped(environment)
                                    + (diff ? "&diff=true" : ""));
            text.append(diff ? ManifestText.difference(answer) : ManifestText.of(answer));
        }
        if (diff) {
            return print(out, text.toString());
        }
        out.print(text);
        out.flush();
        return 0;
    }

    private List<String> apps(ApiClient api) throws InterruptedException {
        if (app != null) {
            return List.of(app);
        }
        List<String> names = new ArrayList<>();
        for (JsonNode one : api.get(projectPath() + "/apps").path("apps")) {
            if (one.path("environment").asString("").equals(environment)) {
                names.add(one.path("app").asString(""));
            }
        }
        if (names.isEmpty()) {
            throw new Fault(
                    Kind.NOT_FOUND,
                    "cannot print manifests: "
                            + project()
                            + " has rolled nothing out in "
                            + environment,
                    "see the apps with 'slipway status'");
        }
        return names;
    }
}
