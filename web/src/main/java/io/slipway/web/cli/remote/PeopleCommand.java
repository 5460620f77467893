package io.slipway.web.cli.remote;

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
import java.util.LinkedHashMap;
import java.util.Map;

/// `slipway people list|invite|role|disable|enable`: who is known to the instance.
@Command(
        name = "people",
        mixinStandardHelpOptions = true,
        subcommands = {
            PeopleCommand.Listing.class,
            PeopleCommand.Invite.class,
            PeopleCommand.Give.class,
            PeopleCommand.Disable.class,
            PeopleCommand.Enable.class
        },
        description = "Lists, invites, disables and enables people.")
public final class PeopleCommand implements Runnable {
    private static final String NAME = "the person's name";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which word? list, invite, role, disable or enable");
    }

    private static String path(String name) {
        return "/people/" + ApiClient.escaped(name);
    }

    /// `slipway people list`.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists everybody who is known here.")
    public static final class Listing extends ServerWord {
        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            for (JsonNode person : api.get("/people").path("people")) {
                out.printf(
                        "%-20s  %-10s  %s%n",
                        Rows.text(person, "name"), Rows.text(person, "role", "-"), state(person));
            }
            out.flush();
            return 0;
        }

        private static String state(JsonNode person) {
            if (!person.path("disabledAt").isNull()) {
                return "disabled";
            }
            return person.path("invited").asBoolean()
                    ? "invited"
                    : person.path("hasPassword").asBoolean() ? "" : "no password";
        }
    }

    /// `slipway people invite NAME`.
    @Command(
            name = "invite",
            mixinStandardHelpOptions = true,
            description =
                    "Prints a link by which somebody chooses a password, once, within three days;"
                            + " for somebody who is known already, another password.")
    public static final class Invite extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = NAME)
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                description =
                        "in every project: viewer, developer, maintainer or admin; default: none")
        private @Nullable String role;

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("name", name);
            if (role != null) {
                wanted.put("role", role);
            }
            out.println(Rows.text(api.send("POST", "/people", wanted), "url"));
            out.flush();
            return 0;
        }
    }

    /// `slipway people role NAME ROLE`.
    @Command(
            name = "role",
            mixinStandardHelpOptions = true,
            description = "Says what somebody is in every project and in the instance itself.")
    public static final class Give extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = NAME)
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = "ROLE",
                description = "viewer, developer, maintainer, admin or none")
        private String role = "";

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("PATCH", path(name), Map.of("role", role));
            out.println(
                    role.equals("none")
                            ? name + " has no role in the instance any more"
                            : name + " is " + role + " in every project");
            out.flush();
            return 0;
        }
    }

    /// `slipway people disable NAME`.
    @Command(
            name = "disable",
            mixinStandardHelpOptions = true,
            description = "Signs somebody out and lets neither password nor tokens in any more.")
    public static final class Disable extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = NAME)
        private String name = "";

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("PATCH", path(name), Map.of("disabled", true));
            out.println(name + " is out");
            out.flush();
            return 0;
        }
    }

    /// `slipway people enable NAME`.
    @Command(
            name = "enable",
            mixinStandardHelpOptions = true,
            description = "Lets somebody in again who was disabled.")
    public static final class Enable extends ServerWord {
        @Parameters(index = "0", paramLabel = "NAME", description = NAME)
        private String name = "";

        @Override
        int call(ApiClient api, PrintWriter out) throws InterruptedException {
            api.send("PATCH", path(name), Map.of("disabled", false));
            out.println(name + " may sign in again");
            out.flush();
            return 0;
        }
    }
}
