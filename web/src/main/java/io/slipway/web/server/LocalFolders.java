package io.slipway.web.server;

import io.slipway.db.EmbeddedDatabase;
import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.settings.DataFolder;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The folders in which runs of working trees keep what they need, each with a database of its own
/// and each taken by one process at a time: as many as there were such runs at once. While a folder
/// has the file `used`, something of its instance may be on the engine.
///
/// @param root holds the folders `1`, `2`, ...
record LocalFolders(Path root) {
    private static final int MOST = 32;
    private static final String USED = "used";

    /// A folder that is this process's now.
    ///
    /// @param left the instance of a process that was killed in it; null when there was none
    record Taken(Foundation base, @Nullable String left) {}

    /// Takes the first folder that nobody has.
    Taken take(Settings settings) {
        for (int i = 1; ; i++) {
            try {
                // Read first: a database that is made anew is another instance.
                String left = isUsed(folder(i)) ? instance(folder(i)) : null;
                return new Taken(
                        new Foundation(in(folder(i), settings), true, Failpoint.NONE), left);
            } catch (Fault e) {
                if (e.kind() != Kind.CONFLICT || i == MOST) {
                    throw e;
                }
            }
        }
    }

    private Path folder(int number) {
        return root.resolve(Integer.toString(number));
    }

    private static Settings in(Path folder, Settings settings) {
        Settings.Client nobody =
                new Settings.Client(settings.client().server(), null, settings.client().logins());
        return new Settings(settings.serving(), folder, null, settings.engine(), nobody);
    }

    /// Takes care of the folders of processes that were killed.
    ///
    /// @param own the one that this process has
    /// @param removal is given each instance whose remains are to be removed
    void sweep(Path own, Consumer<String> removal) {
        for (int i = 1; i <= MOST; i++) {
            Path folder = folder(i);
            if (!folder.equals(own) && isUsed(folder)) {
                sweepUnlessTaken(folder, removal);
            }
        }
    }

    private static void sweepUnlessTaken(Path folder, Consumer<String> removal) {
        try (DataFolder held = DataFolder.take(folder)) {
            String instance = instance(folder);
            if (instance != null) {
                removal.accept(instance);
            }
            stopDatabase(held.paths());
            clean(folder);
        } catch (Fault e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
        }
    }

    private static void stopDatabase(DataPaths paths) {
        if (EmbeddedDatabase.runsIn(paths.postgres())) {
            EmbeddedDatabase.startDisposable(paths.postgres(), EmbeddedDatabase.defaultCache())
                    .stop();
        }
    }

    private static @Nullable String instance(Path folder) {
        Path file = folder.resolve(Foundation.INSTANCE_FILE);
        try {
            return Files.exists(file) ? Files.readString(file).strip() : null;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static boolean isUsed(Path folder) {
        return Files.exists(folder.resolve(USED));
    }

    /// Notes that something may be on the engine from now on.
    static void use(Path folder) {
        try {
            Files.writeString(folder.resolve(USED), "");
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /// Notes that nothing is left.
    static void clean(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(USED));
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static Fault unusable(Path folder, IOException e) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use " + folder + ": " + e.getMessage(),
                "make the folder writable, or set XDG_CACHE_HOME to another one",
                e);
    }
}
