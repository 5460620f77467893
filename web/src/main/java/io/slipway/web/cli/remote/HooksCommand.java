package io.slipway.web.cli.remote;

import io.slipway.web.cli.remote.ListCommands.Listing;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.DeliveryText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.util.Map;

/// `slipway hooks`.
@Command(
        name = "hooks",
        mixinStandardHelpOptions = true,
        description =
                "Lists the addresses to which forges send for a project, makes or removes one.")
public final class HooksCommand extends Listing {
    @Option(
            names = "--add",
            paramLabel = "FORGE",
            description =
                    "makes one: github, gitlab, gitea, bitbucket, bitbucket-data-center or generic;"
                            + " its secret is shown only then")
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
    int call(ApiClient api, PrintWriter out) throws InterruptedException {
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
