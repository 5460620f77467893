package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;
import java.util.Map;

/// `slipway members list|give|take`: who is what in a project.
@Command(
        name = "members",
        mixinStandardHelpOptions = true,
        subcommands = {
            MembersCommand.Listing.class,
            MembersCommand.Give.class,
            MembersCommand.Take.class
        },
        description = "Lists who is what in a project, gives and takes roles.")
public final class MembersCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which word? list, give or take");
    }

    /// `slipway members list`.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists who is what in the project, and who is what everywhere.")
    public static final class Listing extends ServerWord {
        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            JsonNode all = api.get(projectPath() + "/members");
            print(out, all.path("members"), "");
            print(out, all.path("everywhere"), "everywhere");
            out.flush();
            return 0;
        }

        private static void print(PrintWriter out, JsonNode members, String where) {
            for (JsonNode member : members) {
                String line =
                        "%-20s  %-10s  %s"
                                .formatted(
                                        Rows.text(member, "name"),
                                        Rows.text(member, "role"),
                                        where);
                out.println(line.stripTrailing());
            }
        }
    }

    /// `slipway members give NAME ROLE`.
    @Command(
            name = "give",
            mixinStandardHelpOptions = true,
            description = "Makes somebody this in the project, in place of what it was there.")
    public static final class Give extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = "the person's name")
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = "ROLE",
                description = "viewer, developer, maintainer or admin")
        private String role = "";

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String path = projectPath() + "/members/" + ApiClient.escaped(name);
            api.send("PUT", path, Map.of("role", role));
            out.println(name + " is " + role + " in " + project());
            out.flush();
            return 0;
        }
    }

    /// `slipway members take NAME`.
    @Command(
            name = "take",
            mixinStandardHelpOptions = true,
            description = "Takes somebody's role in the project.")
    public static final class Take extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = "the person's name")
        private String name = "";

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String path = projectPath() + "/members/" + ApiClient.escaped(name);
            api.send("DELETE", path, Map.of());
            out.println(name + " has no role of its own in " + project() + " any more");
            out.flush();
            return 0;
        }
    }
}
