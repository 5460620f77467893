package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;
import io.slipway.web.text.PeopleText;

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

/// The words about people: who is known, who is what in a project, what was done.
public final class PeopleCommands {
    private PeopleCommands() {}

    /// `slipway people list|invite|role|disable|enable`: who is known to the instance.
    @Command(
            name = "people",
            mixinStandardHelpOptions = true,
            subcommands = {
                People.Listing.class,
                People.Invite.class,
                People.Give.class,
                People.Disable.class,
                People.Enable.class
            },
            description = "Lists, invites, disables and enables people.")
    public static final class People implements Runnable {
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
                out.print(PeopleText.people(api.getAll("/people?limit=200", "people")));
                out.flush();
                return 0;
            }
        }

        /// `slipway people invite NAME`.
        @Command(
                name = "invite",
                mixinStandardHelpOptions = true,
                description =
                        "Prints a link by which somebody chooses a password, once, within three"
                                + " days; for somebody who is known already, another password.")
        public static final class Invite extends ServerWord {
            @Parameters(index = "0", paramLabel = "NAME", description = NAME)
            private String name = "";

            @Option(
                    names = "--role",
                    paramLabel = "ROLE",
                    description =
                            "in every project: viewer, developer, maintainer or admin; default:"
                                    + " none")
            private @Nullable String role;

            @Override
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
                Map<String, Object> wanted = new LinkedHashMap<>();
                wanted.put("name", name);
                if (role != null) {
                    wanted.put("role", role);
                }
                out.println(api.send("POST", "/people", wanted).path("url").asString(""));
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
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
                description =
                        "Signs somebody out and lets neither password nor tokens in any more.")
        public static final class Disable extends ServerWord {
            @Parameters(index = "0", paramLabel = "NAME", description = NAME)
            private String name = "";

            @Override
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
                api.send("PATCH", path(name), Map.of("disabled", false));
                out.println(name + " may sign in again");
                out.flush();
                return 0;
            }
        }
    }

    /// `slipway members list|give|take`: who is what in a project.
    @Command(
            name = "members",
            mixinStandardHelpOptions = true,
            subcommands = {Members.Listing.class, Members.Give.class, Members.Take.class},
            description = "Lists who is what in a project, gives and takes roles.")
    public static final class Members implements Runnable {
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
                out.print(
                        PeopleText.members(
                                api.getAll(
                                        projectPath() + "/members?limit=200",
                                        "members",
                                        "everywhere")));
                out.flush();
                return 0;
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
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
            protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
                String path = projectPath() + "/members/" + ApiClient.escaped(name);
                api.send("DELETE", path, Map.of());
                out.println(name + " has no role of its own in " + project() + " any more");
                out.flush();
                return 0;
            }
        }
    }

    /// `slipway audit`.
    @Command(
            name = "audit",
            mixinStandardHelpOptions = true,
            description =
                    "Lists what was done, by whom, when and from where, the newest first: in the"
                            + " whole instance, or with -p in a project.")
    public static final class Audit extends ServerWord {
        @Option(names = "--who", paramLabel = "NAME", description = "only what this one did")
        private @Nullable String who;

        @Option(
                names = "--action",
                paramLabel = "ACTION",
                description =
                        "only this, such as push; with a dot at its end all that begin so: role.")
        private @Nullable String action;

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "not before: 2026-01-31T12:00:00Z")
        private @Nullable String since;

        @Option(
                names = "--until",
                paramLabel = "TIME",
                description = "before: 2026-01-31T12:00:00Z")
        private @Nullable String until;

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "50",
                description = "at most so many; default: ${DEFAULT-VALUE}")
        private int limit = 50;

        @Option(names = "--json", description = "prints each as a line of JSON")
        private boolean json;

        @Override
        protected int call(ApiClient api, PrintWriter out) throws InterruptedException {
            String path = projectIfSaid().isPresent() ? projectPath() + "/audit" : "/audit";
            String cursor = "";
            int left = limit;
            while (left > 0) {
                JsonNode page =
                        api.get(path + "?limit=" + Math.min(left, 200) + filters() + cursor);
                for (JsonNode entry : page.path("entries")) {
                    out.println(json ? entry.toString() : PeopleText.entry(entry));
                }
                left -= 200;
                String next = page.path("next").asString("");
                if (next.isEmpty()) {
                    break;
                }
                cursor = "&cursor=" + next;
            }
            out.flush();
            return 0;
        }

        private String filters() {
            return filter("who", who)
                    + filter("action", action)
                    + filter("since", since)
                    + filter("until", until);
        }

        private static String filter(String name, @Nullable String value) {
            return value == null ? "" : "&" + name + "=" + ApiClient.escaped(value);
        }
    }
}
