package io.slipway.engine.step;

import io.slipway.engine.workspace.Service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A process in place of a service's container. It answers at a port when there is a file of that
/// name in its folder.
final class LocalService {
    private static final long WITHIN_MILLIS = 3000;

    final Service service;
    private final Path folder;
    private final Path output;
    private final Process process;
    private Runner.ServiceEnd end;

    LocalService(Path folder, Service service) throws IOException {
        this.service = service;
        this.folder = Files.createTempDirectory(folder, service.name());
        this.output = this.folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(service.command()).directory(this.folder.toFile());
        builder.environment().putAll(service.env());
        this.process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    void awaitReady() throws IOException, InterruptedException {
        if (service.ready() == null) {
            return;
        }
        Path port = folder.resolve(Integer.toString(service.ready().port()));
        long until = System.currentTimeMillis() + WITHIN_MILLIS;
        while (!Files.exists(port)) {
            if (!process.isAlive()) {
                throw notReady(
                        "ended with exit code " + process.exitValue() + " before it was ready");
            }
            if (System.currentTimeMillis() > until) {
                throw notReady("did not answer at port " + service.ready().port() + " within 3 s");
            }
            Thread.sleep(20);
        }
    }

    private ServiceNotReady notReady(String why) throws IOException {
        return new ServiceNotReady(
                service.name(), why, List.of(Files.readString(output).split("\n")));
    }

    /// Ends it; the same at each call.
    synchronized Runner.ServiceEnd end() {
        if (end == null) {
            Integer code = process.isAlive() ? null : process.exitValue();
            kill();
            end = new Runner.ServiceEnd(service.name(), code, false);
        }
        return end;
    }

    byte[] printed() {
        try {
            return Files.readAllBytes(output);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly(); // first: it would tell the end of its child
        process.onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
