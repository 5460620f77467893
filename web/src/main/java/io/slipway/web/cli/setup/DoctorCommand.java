package io.slipway.web.cli.setup;

import io.slipway.fault.Fault;
import io.slipway.web.client.ApiClient;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/// `slipway doctor`: looks at everything that the other words need, one line each, and says what to
/// do about what is not right.
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Looks at settings, server, token, runners, git and this folder, and says what to"
                        + " do about what is not right.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all is right", "1:something is not", "2:the command is wrong"})
public final class DoctorCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "default: SLIPWAY_SERVER, else the newest login, else this machine's")
    private @Nullable String server;

    private boolean bad;

    /// One thing to look at.
    private interface Look {
        /// @return what is right
        String look() throws InterruptedException, IOException;
    }

    @Override
    public Integer call() throws InterruptedException {
        GitProgram git = new GitProgram(Path.of("").toAbsolutePath());
        look("git", () -> git.must("--version"));
        look("folder", () -> folder(git));
        Settings[] read = new Settings[1];
        look(
                "settings",
                () -> {
                    read[0] =
                            Settings.read(
                                    server == null ? Map.of() : Map.of(Setting.SERVER, server),
                                    System.getenv());
                    return "without a mistake";
                });
        if (read[0] != null) {
            ask(read[0], git);
        }
        spec.commandLine().getOut().flush();
        return bad ? 1 : 0;
    }

    private void ask(Settings settings, GitProgram git) throws InterruptedException {
        look("token file", () -> tokenFile(new DataPaths(settings.data()).token()));
        try (ApiClient api = new ApiClient(settings)) {
            look(
                    "server",
                    () -> {
                        JsonNode me = api.get("/me");
                        return api.server()
                                + ", version "
                                + me.path("version").asString("")
                                + ", knows you as "
                                + me.path("name").asString("");
                    });
            if (!bad) {
                look("runners", () -> runners(api.get("/runners").path("runners")));
                look("credentials", () -> credentials(git, api.server().toString()));
            }
        } catch (Fault e) {
            wrong("server", e.message(), e.remedy());
        }
    }

    private void look(String what, Look look) throws InterruptedException {
        try {
            print("ok", what, look.look());
        } catch (Fault e) {
            wrong(what, e.message(), e.remedy());
        } catch (IOException e) {
            wrong(what, String.valueOf(e.getMessage()), "");
        }
    }

    private void wrong(String what, String why, String remedy) {
        bad = true;
        print("!!", what, why);
        if (!remedy.isEmpty()) {
            spec.commandLine().getOut().println("                " + remedy);
        }
    }

    private void print(String mark, String what, String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s  %-12s%s%n", mark, what, text);
    }

    private static String folder(GitProgram git) throws InterruptedException {
        if (!git.run("", "rev-parse", "--show-toplevel").well()) {
            return "is no git repository: words about a project need -p";
        }
        GitProgram.Ended url = git.run("", "remote", "get-url", "slipway");
        if (!url.well()) {
            return "a git repository that is not linked; slipway link does that";
        }
        String text = url.text();
        String bare = GitProgram.withoutPassword(text);
        if (!bare.equals(text)) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "the URL of the remote slipway holds a password, which git shows and keeps",
                    "git remote set-url slipway " + bare);
        }
        return "the remote slipway is " + text;
    }

    private static String tokenFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "none: no server of this machine has its data in " + file.getParent();
        }
        Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
        others.removeAll(PosixFilePermissions.fromString("rw-------"));
        if (!others.isEmpty()) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION, file + " can be read by others", "chmod 600 " + file);
        }
        return file + " is for you only";
    }

    private static String runners(JsonNode runners) {
        if (runners.isEmpty()) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "the server has none: nothing would run",
                    "start a Docker engine where the server is");
        }
        JsonNode first = runners.path(0);
        return runners.size()
                + ": "
                + first.path("name").asString("")
                + " with "
                + first.path("used").asInt()
                + " of "
                + first.path("slots").asInt()
                + " slots in use";
    }

    private static String credentials(GitProgram git, String address) throws InterruptedException {
        GitProgram.Ended helper =
                git.run("", "config", "--get-urlmatch", "credential.helper", address);
        return helper.well() && !helper.text().isEmpty()
                ? "git's helper for the server is " + helper.text()
                : "git asks for the token at each push; slipway link says what to do";
    }
}
