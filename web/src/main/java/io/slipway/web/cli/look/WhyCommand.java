package io.slipway.web.cli.look;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.remote.ServerWord;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.WhyText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway why APP [ENVIRONMENT]`.
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description =
                "Says why the newest commit of the default branch does not serve yet, what is"
                        + " missing, and what to do.")
public final class WhyCommand extends ServerWord {
    @Parameters(index = "0", paramLabel = "APP", description = "the app's name")
    private String app = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ENVIRONMENT",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        JsonNode ofProject = ofProject(api);
        JsonNode place = place(ofProject);
        JsonNode newest = ofProject.path("newest");
        String path = projectPath();
        JsonNode run =
                newest.isObject() ? api.get(path + "/runs/" + newest.path("number").asInt()) : null;
        WhyText.Where where = new WhyText.Where(project(), app, environment);
        if (place == null && (run == null || !WhyText.rollsOut(run, where))) {
            throw new Fault(
                    Kind.NOT_FOUND,
                    "cannot say why: " + project() + " rolls no " + app + " out to " + environment,
                    "slipway status lists its apps, slipway envs the environments");
        }
        JsonNode missing = run == null ? null : missing(api, place, run);
        return print(out, WhyText.of(where, ofProject, place, run, missing));
    }

    private JsonNode ofProject(ApiClient api) throws InterruptedException {
        String name = project();
        for (JsonNode one : Pages.fleet(api, "&q=" + ApiClient.escaped(name)).path("projects")) {
            if (one.path("name").asString("").equals(name)) {
                return one;
            }
        }
        throw new Fault(
                Kind.NOT_FOUND,
                "cannot say why: there is no project " + name,
                "slipway projects lists them");
    }

    private @Nullable JsonNode place(JsonNode ofProject) {
        for (JsonNode one : ofProject.path("apps")) {
            if (one.path("app").asString("").equals(app)
                    && one.path("environment").asString("").equals(environment)) {
                return one;
            }
        }
        return null;
    }

    /// What the run has and what serves has not; null where nothing serves, or where one of the
    /// commits is not here any more.
    private @Nullable JsonNode missing(ApiClient api, @Nullable JsonNode place, JsonNode run)
            throws InterruptedException {
        if (place == null || !place.path("release").isNumber()) {
            return null;
        }
        String from = ApiClient.escaped(app + "@" + environment);
        String path = projectPath() + "/compare?from=" + from + "&to=" + run.path("number").asInt();
        try {
            return api.get(path);
        } catch (Fault fault) {
            if (fault.kind() == Kind.NOT_FOUND || fault.kind() == Kind.CONFLICT) {
                return null;
            }
            throw fault;
        }
    }
}
