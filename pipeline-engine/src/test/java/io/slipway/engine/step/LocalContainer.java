package io.slipway.engine.step;

import io.slipway.engine.run.AttemptName;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A process that runs the starter, and everything that it printed.
final class LocalContainer {
    private static final String SETSID = "/usr/bin/setsid";
    private static final boolean GROUPS = Files.isExecutable(Path.of(SETSID));

    private final Path folder;
    private final Order order;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Process process;
    private boolean outputEnded;
    private boolean lost;

    LocalContainer(Path folder, Order order) {
        this.folder = folder;
        this.order = order;
    }

    AttemptName name() {
        return order.name();
    }

    void start() throws IOException {
        byte[] records = order.records().get();
        Path workspace = Files.createDirectory(folder.resolve("workspace"));
        Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Process tar = new ProcessBuilder("tar", "-x", "-C", workspace.toString()).start();
        try (OutputStream in = tar.getOutputStream()) {
            order.workTree().writeTar(in, 0);
        }
        Map<String, String> paths =
                Map.of(
                        Starter.WORKSPACE, workspace.toString(),
                        Starter.FOLDER, scripts.toString());
        List<String> argv =
                Starter.argv().stream()
                        .map(word -> word.length() < 20 ? word : text(moved(bytes(word), paths)))
                        .toList();
        waitFor(tar);
        List<String> command = new ArrayList<>(argv);
        if (GROUPS) {
            command.addFirst(SETSID);
        }
        process = new ProcessBuilder(command).directory(workspace.toFile()).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(moved(records, paths));
        }
        Thread.ofVirtual().start(this::collect);
    }

    static byte[] moved(byte[] bytes, Map<String, String> paths) {
        String text = text(bytes);
        for (Map.Entry<String, String> path : paths.entrySet()) {
            text = text.replace(path.getKey(), path.getValue());
        }
        return bytes(text);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void collect() {
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = process.getInputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                add(buffer, read);
            }
        } catch (IOException closedByKill) {
            // its output ends here
        } finally {
            end();
        }
    }

    private synchronized void add(byte[] bytes, int length) {
        output.write(bytes, 0, length);
        notifyAll();
    }

    private synchronized void end() {
        outputEnded = true;
        notifyAll();
    }

    synchronized void lose() {
        lost = true;
        notifyAll();
    }

    synchronized boolean isLost() {
        return lost;
    }

    synchronized long size() {
        return output.size();
    }

    /// The output from a byte on; waits for some, and is empty after the end.
    synchronized byte[] read(long from) {
        try {
            while (output.size() <= from && !outputEnded && !lost) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new byte[0];
        }
        byte[] all = lost ? new byte[0] : output.toByteArray();
        return Arrays.copyOfRange(all, (int) Math.min(from, all.length), all.length);
    }

    /// All at once where there are process groups: a child that is being started is no descendant
    /// yet.
    void kill() {
        if (GROUPS) {
            try {
                waitFor(new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid()).start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    int awaitEnd() {
        return waitFor(process);
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
