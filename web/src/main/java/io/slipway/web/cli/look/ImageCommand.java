package io.slipway.web.cli.look;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.remote.Listing;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.ImageText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway image APP[@RELEASE]`.
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        description =
                "Shows an app's newest image, or that of a release: what is in it, how it was"
                        + " built, and what it has that the one before had not.")
public final class ImageCommand extends Listing {
    @Parameters(
            index = "0",
            paramLabel = "APP[@RELEASE]",
            description = "the app's name; with @31 the image of its release #31")
    private String of = "";

    @Option(
            names = {"-e", "--environment"},
            paramLabel = "ENVIRONMENT",
            description = "whose releases are meant; default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Option(names = "--layers", description = "each layer, and each step of the build")
    private boolean layers;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        String[] parts = of.split("@#?", 2);
        if (parts[0].isEmpty() || parts.length > 1 && !parts[1].matches("[1-9][0-9]{0,8}")) {
            throw new ParameterException(
                    spec.commandLine(), "'" + of + "' is no app and no release: shop, or shop@31");
        }
        String digest = parts.length > 1 ? ofRelease(api, parts[0], parts[1]) : null;
        String path = projectPath() + "/images/" + id(api, parts[0], digest);
        return print(out, api.get(path), answer -> ImageText.of(answer, layers));
    }

    /// @return the digest
    private String ofRelease(ApiClient api, String app, String number) throws InterruptedException {
        String path =
                projectPath()
                        + "/apps/"
                        + ApiClient.escaped(app)
                        + "/releases?environment="
                        + ApiClient.escaped(environment);
        for (JsonNode release : api.getAll(path, "releases").path("releases")) {
            if (release.path("number").asString("").equals(number)) {
                return release.path("image").asString("").replaceFirst(".*@", "");
            }
        }
        throw new Fault(
                Kind.NOT_FOUND,
                "cannot show the image of "
                        + app
                        + " #"
                        + number
                        + ": there is no such release in "
                        + environment,
                "slipway releases " + app + " -e " + environment + " lists them");
    }

    /// @param digest null: of the newest
    private long id(ApiClient api, String app, @Nullable String digest)
            throws InterruptedException {
        String path = projectPath() + "/images?limit=100&app=" + ApiClient.escaped(app);
        JsonNode images = digest == null ? api.get(path) : api.getAll(path, "images");
        for (JsonNode image : images.path("images")) {
            if (digest == null || image.path("digest").asString("").equals(digest)) {
                return image.path("id").asLong();
            }
        }
        throw new Fault(
                Kind.NOT_FOUND,
                "cannot show an image of "
                        + app
                        + (digest == null
                                ? ": none was built yet"
                                : ": that one was not built here, or is not known any more"),
                digest == null ? "git push builds one" : "its registry has it: " + digest);
    }
}
