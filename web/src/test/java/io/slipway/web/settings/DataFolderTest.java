package io.slipway.web.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

final class DataFolderTest {
    @TempDir private Path temporary;

    @Test
    void aServerKeepsItsIdentityOverRestarts() throws Exception {
        Path root = temporary.resolve("a/b");
        UUID identity;
        try (DataFolder folder = DataFolder.take(root)) {
            identity = folder.identity();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                    .isEqualTo("rwx------");
            assertThat(folder.paths().token()).isEqualTo(root.resolve("token"));
        }
        try (DataFolder folder = DataFolder.take(root)) {
            assertThat(folder.identity()).isEqualTo(identity);
        }
        try (DataFolder other = DataFolder.take(temporary.resolve("c"))) {
            assertThat(other.identity()).isNotEqualTo(identity);
        }
    }

    @Test
    void twoServersCannotHaveOneFolder() {
        try (DataFolder first = DataFolder.take(temporary)) {
            assertThat(first.identity()).isNotNull();
            assertThatThrownBy(() -> DataFolder.take(temporary))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> {
                                assertThat(fault.kind()).isEqualTo(Kind.CONFLICT);
                                assertThat(fault.message())
                                        .isEqualTo(
                                                "cannot use the data folder %s: another server has"
                                                                .formatted(temporary)
                                                        + " it (process "
                                                        + ProcessHandle.current().pid()
                                                        + ")");
                            });
        }
    }

    @Test
    void anotherProcessCannotHaveAFolderThatIsTaken() throws Exception {
        try (DataFolder first = DataFolder.take(temporary)) {
            Process other =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Taker.class.getName(),
                                    temporary.toString())
                            .redirectErrorStream(true)
                            .start();
            String said = new String(other.getInputStream().readAllBytes(), UTF_8);

            assertThat(said).contains("another server has it");
            assertThat(first.identity()).isNotNull();
        }
    }

    /// Takes the folder, in a process of its own.
    static final class Taker {
        private Taker() {}

        public static void main(String[] args) {
            try (DataFolder folder = DataFolder.take(Path.of(args[0]))) {
                System.out.println("taken by " + folder.identity());
            } catch (Fault e) {
                System.out.println(e.message());
            }
        }
    }

    @Test
    void aFolderThatIsAFileIsRefused() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> DataFolder.take(file))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Kind.CONFIGURATION));
    }
}
