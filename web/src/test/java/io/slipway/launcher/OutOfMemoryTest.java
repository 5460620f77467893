package io.slipway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A thread that dies for want of memory would stop the product silently; a process that ends is
/// started again.
class OutOfMemoryTest {
    private static final int ENDED_BY_THE_VM = 3;

    /// Would go on without its only worker.
    static final class Hungry {
        private Hungry() {}

        public static void main(String[] words) throws InterruptedException {
            Thread worker =
                    new Thread(
                            () -> {
                                List<byte[]> all = new ArrayList<>();
                                while (true) {
                                    all.add(new byte[1 << 20]);
                                }
                            });
            worker.start();
            worker.join();
        }
    }

    @Test
    void aProcessWithoutMemoryEnds() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("tools/jvm.options")) ? here : here.getParent();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "@" + root.resolve("tools/jvm.options"),
                                "-XX:-AutoCreateSharedArchive",
                                "-Xmx16m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Hungry.class.getName())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ENDED_BY_THE_VM);
    }
}
