package io.slipway.engine.working;

import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What the settings of whoever uses git say: who commits, what is ignored everywhere. They are
/// read here because Slipway's own git heeds no settings of the machine.
final class GitUser {
    private static final String CORE = "core";
    private static final String EXCLUDES = "excludesFile";

    private final Path settingsFolder;
    private final List<Config> settings = new ArrayList<>();

    /// @param environment of the process
    GitUser(Map<String, String> environment) throws IOException {
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", "/"));
        String named = environment.getOrDefault("XDG_CONFIG_HOME", "");
        this.settingsFolder =
                (named.isEmpty() ? Path.of(home, ".config") : Path.of(named)).resolve("git");
        String only = environment.get("GIT_CONFIG_GLOBAL");
        if (only != null) {
            read(Path.of(only));
        } else {
            read(Path.of(home, ".gitconfig"));
            read(settingsFolder.resolve("config"));
        }
    }

    private void read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return;
        }
        FileBasedConfig config = new FileBasedConfig(file.toFile(), FS.DETECTED);
        try {
            config.load();
        } catch (ConfigInvalidException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        settings.add(config);
    }

    /// Lets a repository treat files as it does for this user, in memory only. No program of the
    /// user's is started: what a filter would make of a file is left out.
    void applyTo(Config repository) {
        for (String name : List.of("autocrlf", "eol", EXCLUDES)) {
            String value = value(CORE, name);
            if (repository.getString(CORE, null, name) == null && value != null) {
                repository.setString(CORE, null, name, value);
            }
        }
        Path usual = settingsFolder.resolve("ignore");
        if (repository.getString(CORE, null, EXCLUDES) == null && Files.isRegularFile(usual)) {
            repository.setString(CORE, null, EXCLUDES, usual.toString());
        }
        for (String filter : repository.getSubsections("filter")) {
            repository.unsetSection("filter", filter);
        }
    }

    /// Who commits in this repository.
    PersonIdent person(Config repository) {
        String name = first(repository, "name", System.getProperty("user.name", "nobody"));
        return new PersonIdent(name, first(repository, "email", name + "@localhost"));
    }

    private String first(Config repository, String name, String otherwise) {
        String own = repository.getString("user", null, name);
        String value = own == null ? value("user", name) : own;
        return value == null ? otherwise : value;
    }

    private @Nullable String value(String section, String name) {
        for (Config config : settings) {
            String value = config.getString(section, null, name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
