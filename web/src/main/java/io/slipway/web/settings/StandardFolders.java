package io.slipway.web.settings;

import java.nio.file.Path;
import java.util.Map;

/// Where things are when nobody says otherwise (XDG Base Directory Specification 0.8; macOS has
/// places of its own).
final class StandardFolders {
    private StandardFolders() {}

    static Path data(Map<String, String> environment) {
        return mac()
                ? home(environment).resolve("Library/Application Support/slipway")
                : xdg(environment, "XDG_DATA_HOME", ".local/share").resolve("slipway");
    }

    static Path settings(Map<String, String> environment) {
        return xdg(environment, "XDG_CONFIG_HOME", ".config").resolve("slipway/slipway.conf");
    }

    static Path home(Map<String, String> environment) {
        String home = environment.get("HOME");
        return Path.of(home == null ? System.getProperty("user.home", "/") : home);
    }

    private static Path xdg(Map<String, String> environment, String variable, String otherwise) {
        String named = environment.getOrDefault(variable, "");
        return named.startsWith("/") ? Path.of(named) : home(environment).resolve(otherwise);
    }

    private static boolean mac() {
        return System.getProperty("os.name", "").startsWith("Mac");
    }
}
