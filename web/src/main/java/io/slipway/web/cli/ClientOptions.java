package io.slipway.web.cli;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What every command that talks to a server takes: which server, which project.
final class ClientOptions {
    private static final Pattern REMOTE =
            Pattern.compile("(?m)^\\s*url\\s*=\\s*https?://[^\\s/]+/([^\\s]+?)\\.git\\s*$");

    @Option(
            names = {"-p", "--project"},
            paramLabel = "PROJECT",
            description = "the project; default: that of the git remote 'slipway' of this folder")
    private @Nullable String project;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "the Slipway to ask; default: SLIPWAY_SERVER, else the one of this machine")
    private @Nullable String server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the data folder with the token; default: SLIPWAY_DATA")
    private @Nullable String data;

    Settings settings() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        if (server != null) {
            flags.put(Setting.SERVER, server);
        }
        if (data != null) {
            flags.put(Setting.DATA, data);
        }
        return Settings.read(flags, System.getenv());
    }

    /// The project as a part of an API path.
    String path() {
        return "/projects/" + ApiClient.escaped(project());
    }

    String project() {
        if (project != null) {
            return project;
        }
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            Path config = folder.resolve(".git/config");
            if (Files.isRegularFile(config)) {
                return ofRemote(config);
            }
        }
        throw unknown("this folder is no git checkout");
    }

    private static String ofRemote(Path config) {
        try {
            String text = Files.readString(config);
            int begin = text.indexOf("[remote \"slipway\"]");
            if (begin >= 0) {
                int end = text.indexOf("\n[", begin);
                Matcher url = REMOTE.matcher(text.substring(begin, end < 0 ? text.length() : end));
                if (url.find()) {
                    return url.group(1);
                }
            }
        } catch (IOException e) {
            throw unknown("cannot read " + config + ": " + e.getMessage());
        }
        throw unknown("this checkout has no remote 'slipway'");
    }

    private static Fault unknown(String why) {
        return new Fault(
                Kind.CONFIGURATION, "cannot tell which project is meant: " + why, "say -p PROJECT");
    }
}
