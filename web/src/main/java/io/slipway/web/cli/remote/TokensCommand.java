package io.slipway.web.cli.remote;

import io.slipway.web.cli.TerminalText;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// `slipway tokens list|make|revoke`: the caller's own tokens.
@Command(
        name = "tokens",
        mixinStandardHelpOptions = true,
        subcommands = {
            TokensCommand.Listing.class,
            TokensCommand.Make.class,
            TokensCommand.Revoke.class
        },
        description = "Lists, makes and revokes your tokens.")
public final class TokensCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which word? list, make or revoke");
    }

    /// `slipway tokens list`.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Lists your tokens that are good, and can do no more than the one in use.")
    public static final class Listing extends ServerWord {
        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            for (JsonNode token : api.get("/tokens").path("tokens")) {
                out.printf(
                        "%-6d %-20s %-12s %s%n",
                        token.path("id").asLong(),
                        shown(token.path("label").asString("")),
                        token.path("prefix").asString("") + "...",
                        about(token));
            }
            out.flush();
            return 0;
        }

        private static String about(JsonNode token) {
            String scopes =
                    String.join(
                            " ",
                            StreamSupport.stream(token.path("scopes").spliterator(), false)
                                    .map(scope -> scope.asString(""))
                                    .toList());
            String project = token.path("project").asString("");
            String ends = token.path("expiresAt").asString("");
            return scopes
                    + (project.isEmpty() ? "" : ", only " + project)
                    + (ends.isEmpty() ? "" : ", until " + ends)
                    + (token.path("current").asBoolean() ? ", in use here" : "");
        }

        private static String shown(String label) {
            byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
            return new TerminalText(TerminalText.Keep.TEXT).take(bytes, bytes.length);
        }
    }

    /// `slipway tokens make LABEL --scope SCOPE...`.
    @Command(
            name = "make",
            mixinStandardHelpOptions = true,
            description = "Makes a token that can do at most what yours can, and prints it once.")
    public static final class Make extends ServerWord {
        @Parameters(index = "0", paramLabel = "LABEL", description = "by which you know it")
        private String label = "";

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                required = true,
                split = ",",
                description =
                        "read, push, run, roll-out, configure, administer, create-project"
                                + " or operate; several with commas")
        private List<String> scopes = List.of();

        @Option(names = "--days", paramLabel = "DAYS", description = "how long it is good")
        private @Nullable Integer days;

        @Option(names = "--only", description = "good for this project only (-p, or the folder's)")
        private boolean only;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("label", label);
            wanted.put("scopes", scopes);
            if (days != null) {
                wanted.put("days", days);
            }
            if (only) {
                wanted.put("project", project());
            }
            out.println(api.send("POST", "/tokens", wanted).path("token").asString(""));
            out.flush();
            return 0;
        }
    }

    /// `slipway tokens revoke ID`.
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Ends a token at once.")
    public static final class Revoke extends ServerWord {
        @Parameters(index = "0", paramLabel = "ID", description = "as tokens list shows it")
        private long id;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("DELETE", "/tokens/" + id, Map.of());
            out.println("token " + id + " is good for nothing any more");
            out.flush();
            return 0;
        }
    }
}
