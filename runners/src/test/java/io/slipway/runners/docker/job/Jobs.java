package io.slipway.runners.docker.job;

import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.Starter;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.network.JobNetworks;
import io.slipway.runners.docker.network.Subnets;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Orders for a runner on a real engine, and what came of them.
final class Jobs implements AutoCloseable {
    static final String NONCE = "0123456789abcdef0123456789abcdef";
    static final Resources SMALL = new Resources(1000, 64 << 20, 64);

    private static final AtomicLong NEXT = new AtomicLong(1);

    final DockerRunner runner;
    final JobNetworks networks;
    private final String instance;

    Jobs(DockerEngine engine, String instance) {
        this(engine, instance, JobContainer.LOG);
    }

    /// @param log what the engine keeps of the output
    Jobs(DockerEngine engine, String instance, LogConfig log) {
        this.instance = instance;
        this.networks = new JobNetworks(engine, instance, Subnets.of(engine.client(), ""), 1);
        this.runner = new DockerRunner(engine, instance, networks, log, Duration.ofSeconds(10));
    }

    /// An order of one step, for a job of its own.
    Order order(String script) {
        return order(script, SMALL, true);
    }

    Order order(String script, Resources resources, boolean network) {
        StepSpec step = new StepSpec("step", script, Map.of(), "");
        return new Order(
                new AttemptName(instance, NEXT.getAndIncrement(), 1),
                DockerExtension.BUSYBOX,
                resources,
                network,
                Map.of("project", "hello", "run", "12", "fence", "3"),
                (out, owner) -> {
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
                    byte[] text = ("owned by " + owner + "\n").getBytes(StandardCharsets.UTF_8);
                    TarArchiveEntry entry = new TarArchiveEntry("README");
                    entry.setSize(text.length);
                    entry.setIds(owner, owner);
                    tar.putArchiveEntry(entry);
                    tar.write(text);
                    tar.closeArchiveEntry();
                    tar.finish();
                },
                Starter.records(NONCE, Map.of("MODE", "ci"), "", List.of(step)));
    }

    /// What a job ended with, and printed.
    record Ended(Runner.Exit exit, String output) {}

    /// Runs a job to its end, and removes what it made.
    Ended run(Order order) throws InterruptedException {
        Output output = new Output();
        try (var steps = runner.open(order, 0, output)) {
            return new Ended(steps.await(), output.printed());
        } finally {
            runner.remove(order.name());
        }
    }

    @Override
    public void close() {
        runner.close();
    }

    /// Keeps what a container prints.
    static final class Output implements Runner.Sink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long end;
        private int gaps;

        Output() {
            this(0);
        }

        Output(long from) {
            this.end = from;
        }

        @Override
        public synchronized void output(byte[] from, int offset, int length, long streamEnd) {
            end += length;
            if (end != streamEnd) {
                throw new IllegalStateException(end + " bytes arrived, not " + streamEnd);
            }
            bytes.write(from, offset, length);
        }

        @Override
        public synchronized void gap() {
            gaps++;
        }

        synchronized int gaps() {
            return gaps;
        }

        @Override
        public void service(Runner.ServiceEnd end, long at) {
            // its output follows
        }

        @Override
        public void progress(String line) {
            // nothing is pulled here
        }

        synchronized long end() {
            return end;
        }

        synchronized byte[] raw() {
            return bytes.toByteArray();
        }

        /// Without the starter's marks.
        String printed() {
            return new String(raw(), StandardCharsets.UTF_8)
                    .replaceAll("\u001eslipway " + NONCE + " [^\n]*\n", "");
        }
    }
}
