package io.slipway.web.traffic;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;

/// Tells one program from another: two of the same release that were made from different sources
/// are two versions.
final class ProgramVersion {
    private ProgramVersion() {}

    /// Release and a fingerprint of this process's class path: names, sizes and times of its jars.
    static String own() {
        TreeSet<String> parts = new TreeSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            Path path =
                    Path.of(entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry);
            if (Files.isDirectory(path)) {
                addJars(path, parts);
            } else {
                parts.add(describe(path));
            }
        }
        String release = ProgramVersion.class.getPackage().getImplementationVersion();
        return (release == null ? "sources" : release) + "+" + digest(String.join("\n", parts));
    }

    private static void addJars(Path folder, TreeSet<String> parts) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
            jars.forEach(jar -> parts.add(describe(jar)));
        } catch (IOException e) {
            parts.add(folder.toString());
        }
    }

    private static String describe(Path file) {
        try {
            return "%s %d %d"
                    .formatted(
                            file.getFileName(),
                            Files.size(file),
                            Files.getLastModifiedTime(file).toMillis());
        } catch (IOException e) {
            return String.valueOf(file.getFileName());
        }
    }

    private static String digest(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
