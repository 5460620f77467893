package io.slipway.engine.source;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportProtocol;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// JGit as Slipway wants it: no file and no variable of the machine changes what it does, it starts
/// no program, and it can reach nothing by itself.
final class GitSettings {
    /// Taken out of JGit's registry, so that nothing uses them but who is given them.
    private static final List<TransportProtocol> TAKEN = new ArrayList<>();

    private GitSettings() {}

    /// The way to speak to a server by that scheme, `https` or `ssh`.
    static synchronized TransportProtocol protocol(String scheme) {
        apply();
        return TAKEN.stream()
                .filter(protocol -> protocol.getSchemes().contains(scheme))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(scheme));
    }

    /// Takes hold in the whole process. Repeatable.
    static synchronized void apply() {
        if (SystemReader.getInstance() instanceof Sealed) {
            return;
        }
        SystemReader.setInstance(new Sealed(SystemReader.getInstance()));
        TAKEN.addAll(Transport.getTransportProtocols());
        TAKEN.forEach(Transport::unregister);
        WindowCacheConfig cache = new WindowCacheConfig();
        cache.setPackedGitLimit(16 << 20);
        cache.setDeltaBaseCacheLimit(8 << 20);
        cache.setStreamFileThreshold(8 << 20);
        cache.install();
    }

    /// Ignores every settings file of the user and the machine, and every `GIT_*` variable (GIT_SSH
    /// among them names a program).
    private static final class Sealed extends SystemReader.Delegate {
        Sealed(SystemReader real) {
            super(real);
        }

        @Override
        @SuppressWarnings("NullAway") // null: not set
        public @Nullable String getenv(String variable) {
            return variable.startsWith("GIT_") || variable.startsWith("XDG_")
                    ? null
                    : super.getenv(variable);
        }

        @Override
        public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
            return new Nothing(parent, fs);
        }

        @Override
        public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
            return new Nothing(parent, fs);
        }

        @Override
        public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
            return new FileTimes(parent, fs);
        }
    }

    /// A settings file that is empty and stays so.
    private static class Nothing extends FileBasedConfig {
        @SuppressWarnings("NullAway") // JGit's own way to say that there is no file
        Nothing(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {}

        @Override
        public void save() {}

        @Override
        public boolean isOutdated() {
            return false;
        }
    }

    /// How far file times can be trusted. Left alone, JGit measures it with files of its own beside
    /// the repositories.
    private static final class FileTimes extends Nothing {
        FileTimes(@Nullable Config parent, FS fs) {
            super(parent, fs);
        }

        @Override
        @SuppressWarnings("NullAway") // null: not set
        public @Nullable String getString(String section, String subsection, String name) {
            if (!section.equals("filesystem")) {
                return null;
            }
            return switch (name) {
                case "timestampResolution" -> "10 milliseconds";
                case "minRacyThreshold" -> "20 milliseconds";
                default -> null;
            };
        }
    }
}
