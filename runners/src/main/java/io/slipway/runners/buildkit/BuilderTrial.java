package io.slipway.runners.buildkit;

import io.slipway.engine.source.TarStream;
import io.slipway.runners.buildkit.Builders.Builder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Whether a builder does its work where it runs: it makes an image of one file, for which it needs
/// user namespaces and mounts in them.
public final class BuilderTrial {
    private static final String DOCKERFILE = "FROM scratch\nCOPY trial /trial\nLABEL trial=trial\n";

    /// What keeps a user without rights from making user namespaces, as the kernel and
    /// distributions name it: the sysctl, and whether a value forbids it.
    private enum Switch {
        MAX("user.max_user_namespaces", "0", "15000"),
        CLONE("kernel.unprivileged_userns_clone", "0", "1"),
        APPARMOR("kernel.apparmor_restrict_unprivileged_userns", "1", "0");

        private final String sysctl;
        private final String forbids;
        private final String allows;

        Switch(String sysctl, String forbids, String allows) {
            this.sysctl = sysctl;
            this.forbids = forbids;
            this.allows = allows;
        }
    }

    private BuilderTrial() {}

    /// Builds.
    ///
    /// @return what went wrong, for people; empty when nothing did
    public static String of(Builder builder) {
        List<String> said = new ArrayList<>();
        try (BuildSession session = BuildSession.open(builder)) {
            session.folder(
                    "context",
                    out -> {
                        try (TarStream tar = new TarStream(out, 0)) {
                            tar.file("trial", new byte[] {1}, 0);
                        }
                    });
            session.dockerfile(DOCKERFILE);
            int code = session.build(List.of("--opt", "label:trial=trial"), said::add).code();
            if (code != 0) {
                return said.isEmpty() ? "exit code " + code : said.getLast();
            }
            ExportedImage.read(session);
            return "";
        } catch (IOException | RuntimeException e) {
            String end = builder.end();
            return end.isEmpty() ? String.valueOf(e.getMessage()) : "it " + end;
        }
    }

    /// What would allow user namespaces, as lines for `sysctl`.
    ///
    /// @param here whether the builder runs on this machine: then only what forbids them is named
    public static String remedy(boolean here) {
        return remedy(here, Path.of("/proc/sys"));
    }

    static String remedy(boolean here, Path sysctls) {
        List<String> lines = new ArrayList<>();
        for (Switch one : Switch.values()) {
            if (!here || forbids(one, sysctls)) {
                lines.add("sudo sysctl -w " + one.sysctl + "=" + one.allows);
            }
        }
        return lines.isEmpty()
                ? ""
                : "to allow user namespaces where the builder runs: " + String.join("; ", lines);
    }

    private static boolean forbids(Switch one, Path sysctls) {
        Path file = sysctls.resolve(one.sysctl.replace('.', '/'));
        try {
            return Files.readString(file).strip().equals(one.forbids);
        } catch (IOException e) {
            return false; // a kernel that has no such switch
        }
    }
}
