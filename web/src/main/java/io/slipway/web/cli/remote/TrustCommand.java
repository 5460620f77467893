package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;
import io.slipway.web.text.TrustText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.Map;

/// `slipway trust [LOGIN]`.
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "Lists whose forks need nobody's word, or adds somebody of the forge.")
public final class TrustCommand extends ServerWord {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "LOGIN",
            description = "who is trusted from now on")
    private @Nullable String login;

    @Option(names = "--remove", description = "trusts them no more")
    private boolean remove;

    @Option(
            names = "--members",
            paramLabel = "YES|NO",
            description = "whether everybody who may push to the forge's repository is trusted")
    private @Nullable String members;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
        String path = projectPath() + "/trusted";
        String said = members;
        if (said != null) {
            if (!said.equals("yes") && !said.equals("no")) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot take --members " + said + ": it is neither yes nor no",
                        "write --members yes or --members no");
            }
            api.send("POST", path + "/members", Map.of("trusted", said.equals("yes")));
        }
        String who = login;
        if (who == null) {
            out.print(TrustText.all(api.get(path)));
        } else if (remove) {
            String id = id(api.get(path), who);
            api.send("DELETE", path + "/" + ApiClient.escaped(id), Map.of());
            out.println(project() + " trusts " + who + " no more");
        } else {
            JsonNode added = api.send("POST", path, Map.of("login", who));
            out.println(TrustText.added(project(), added));
        }
        out.flush();
        return 0;
    }

    /// The id of somebody by their login or by the id itself.
    private String id(JsonNode all, String who) {
        for (JsonNode one : all.path("authors")) {
            String id = one.path("id").asString("");
            if (id.equals(who) || one.path("login").asString("").equalsIgnoreCase(who)) {
                return id;
            }
        }
        throw new Fault(
                Kind.NOT_FOUND,
                "cannot trust " + who + " no more: " + project() + " does not trust them",
                "see who is trusted with 'slipway trust'");
    }
}
