package io.slipway.runners.docker;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The root file system of a small image, made of a static busybox.
final class BusyboxTar {
    private BusyboxTar() {}

    static byte[] of(Path program) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String folder : List.of("bin/", "etc/", "root/", "tmp/", "usr/", "var/")) {
                TarArchiveEntry entry = new TarArchiveEntry(folder);
                entry.setMode(folder.equals("tmp/") ? 01777 : 0755);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            file(tar, "bin/busybox", Files.readAllBytes(program), 0755);
            text(
                    tar,
                    "etc/passwd",
                    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
            text(tar, "etc/group", "root:x:0:\nnobody:x:65534:\n");
            for (String applet : applets(program)) {
                if (!applet.equals("busybox")) {
                    TarArchiveEntry link =
                            new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
                    link.setLinkName("busybox");
                    tar.putArchiveEntry(link);
                    tar.closeArchiveEntry();
                }
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> applets(Path program) throws IOException {
        Process list = new ProcessBuilder(program.toString(), "--list").start();
        try (var reader = list.inputReader()) {
            return reader.lines().toList();
        }
    }

    private static void text(TarArchiveOutputStream tar, String name, String text)
            throws IOException {
        file(tar, name, text.getBytes(StandardCharsets.UTF_8), 0644);
    }

    private static void file(TarArchiveOutputStream tar, String name, byte[] bytes, int mode)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }
}
