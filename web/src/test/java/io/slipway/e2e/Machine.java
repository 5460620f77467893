package io.slipway.e2e;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// On what something was measured.
final class Machine {
    private Machine() {}

    static String text() throws IOException {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String engine;
        try (EngineSide side = new EngineSide(0)) {
            engine = String.valueOf(side.client().versionCmd().exec().getVersion());
        }
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %d GiB, %s %s, Docker Engine %s, Java %s; load before the end %.1f",
                processor(),
                system.getAvailableProcessors(),
                system.getTotalMemorySize() >> 30,
                system.getName(),
                system.getVersion(),
                engine,
                Runtime.version(),
                system.getSystemLoadAverage());
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*:\\s*", ""))
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }
}
