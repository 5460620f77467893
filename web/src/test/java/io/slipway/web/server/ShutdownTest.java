package io.slipway.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.EmbeddedDatabase;
import io.slipway.web.settings.DataFolder;
import io.slipway.web.settings.Settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

final class ShutdownTest {
    @TempDir private Path folder;

    @Test
    void whoeverHasTheFolderIsStopped() throws Exception {
        Process server = holding(folder.toString());
        try {
            assertThat(shutDown()).containsExactly("server stopped");
            assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void anotherProgramThatGotTheNumberOfADeadServerIsLeftAlone() throws Exception {
        Process other = holding();
        try {
            Files.writeString(
                    folder.resolve("server"), UUID.randomUUID() + "\n" + other.pid() + "\n");
            assertThat(shutDown()).isEmpty();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void theDatabaseThatAKilledServerLeftIsStopped() throws Exception {
        Path postgres = folder.resolve("postgres");
        EmbeddedDatabase.start(postgres, EmbeddedDatabase.defaultCache());
        assertThat(shutDown()).containsExactly("database stopped");
        assertThat(EmbeddedDatabase.runsIn(postgres)).isFalse();
        assertThat(shutDown()).isEmpty();
    }

    private List<String> shutDown() throws InterruptedException {
        List<String> told = new ArrayList<>();
        Settings settings = Settings.read(Map.of(), Map.of("SLIPWAY_DATA", folder.toString()));
        new Shutdown(settings, told::add).run();
        return told;
    }

    /// A Java process that has a folder, or none, and waits.
    private static Process holding(String... folder) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Holder.class.getName());
        command.addAll(List.of(folder));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.inputReader().readLine()).isEqualTo("waits");
        return process;
    }

    /// Waits until it is stopped.
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            List<DataFolder> taken = new ArrayList<>();
            for (String each : args) {
                taken.add(DataFolder.take(Path.of(each)));
            }
            System.out.println("waits");
            Thread.currentThread().join();
        }
    }
}
