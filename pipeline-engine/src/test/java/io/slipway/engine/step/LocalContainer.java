package io.slipway.engine.step;

import io.slipway.engine.run.AttemptName;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A process that runs the starter, and everything that it printed.
final class LocalContainer {
    private static final String SETSID = "/usr/bin/setsid";
    private static final boolean GROUPS = Files.isExecutable(Path.of(SETSID));

    private final Path folder;
    private final Order order;
    private final LocalOutput output = new LocalOutput();
    private final Map<Integer, LocalOutput> elsewhere = new ConcurrentHashMap<>();
    private final List<Process> others = new ArrayList<>();
    private Process process;
    private volatile boolean lost;

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
        waitFor(tar);
        for (Order.OwnContainer own : order.own()) {
            LocalOutput printed = new LocalOutput();
            elsewhere.put(own.step(), printed);
            Process other = begin(Starter.argvElsewhere(), workspace, paths);
            others.add(other);
            give(other, moved(own.records().get(), paths));
            Thread.ofVirtual().start(() -> printed.collect(other));
        }
        process = begin(Starter.argv(), workspace, paths);
        give(process, moved(records, paths));
        Thread.ofVirtual().start(() -> output.collect(process));
    }

    private static Process begin(List<String> argv, Path workspace, Map<String, String> paths)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (GROUPS) {
            command.add(SETSID);
        }
        for (String word : argv) {
            command.add(word.length() < 20 ? word : text(moved(bytes(word), paths)));
        }
        return new ProcessBuilder(command).directory(workspace.toFile()).start();
    }

    private static void give(Process process, byte[] records) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(records);
        }
    }

    /// What it prints.
    LocalOutput output() {
        return output;
    }

    /// What the container of a step prints.
    LocalOutput elsewhere(Order.OwnContainer own) {
        return elsewhere.get(own.step());
    }

    List<Order.OwnContainer> own() {
        return order.own();
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

    void lose() {
        lost = true;
        output.lose();
        elsewhere.values().forEach(LocalOutput::lose);
    }

    boolean isLost() {
        return lost;
    }

    /// All at once where there are process groups: a child that is being started is no descendant
    /// yet.
    void kill() {
        others.forEach(LocalContainer::kill);
        kill(process);
    }

    private static void kill(Process process) {
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
