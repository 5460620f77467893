package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.DeliveryText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.Map;

/// `slipway deliveries`.
@Command(
        name = "deliveries",
        mixinStandardHelpOptions = true,
        description = "Lists what forges sent for a project, the newest first, or shows one of it.")
public final class DeliveryCommands extends Listing {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DELIVERY",
            description = "the delivery's id")
    private @Nullable String delivery;

    @Option(names = "--replay", description = "has that delivery handled once more")
    private boolean replay;

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            defaultValue = "30",
            description = "at most so many, up to 100; default: ${DEFAULT-VALUE}")
    private int limit = 30;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        if (delivery == null) {
            if (replay) {
                out.println(
                        "cannot replay: no delivery is named; name one of 'slipway deliveries'");
                out.flush();
                return 2;
            }
            String query = projectPath() + "/webhooks?limit=" + limit;
            return print(out, api.get(query), DeliveryText::list);
        }
        String path = "/webhooks/" + ApiClient.escaped(delivery);
        if (!replay) {
            return print(out, api.get(path), DeliveryText::one);
        }
        JsonNode made = api.send("POST", path + "/replay", Map.of());
        return print(
                out, made, answer -> "replayed as " + answer.path("delivery").asString("") + "\n");
    }

    /// `slipway hooks`.
    @Command(
            name = "hooks",
            mixinStandardHelpOptions = true,
            description =
                    "Lists the addresses to which forges send for a project, makes or removes one.")
    public static final class Hooks extends Listing {
        @Option(
                names = "--add",
                paramLabel = "FORGE",
                description =
                        "makes one: github, gitlab, gitea, bitbucket, bitbucket-data-center or"
                                + " generic; its secret is shown only then")
        private @Nullable String forge;

        @Option(
                names = "--label",
                paramLabel = "TEXT",
                description = "with --add: by which people know it")
        private String label = "";

        @Option(
                names = "--remove",
                paramLabel = "HOOK",
                description = "removes one, with the deliveries that it brought")
        private @Nullable String hook;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String path = projectPath() + "/hooks";
            if (forge != null) {
                return print(
                        out,
                        api.send("POST", path, Map.of("forge", forge, "label", label)),
                        DeliveryText::made);
            }
            if (hook != null) {
                api.send("DELETE", path + "/" + ApiClient.escaped(hook), Map.of());
                out.println("removed: whatever is sent there is refused from now on");
                out.flush();
                return 0;
            }
            return print(out, api.get(path), DeliveryText::hooks);
        }
    }
}
