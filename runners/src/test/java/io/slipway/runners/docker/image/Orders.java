package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.image.ImageBuilder.Owner;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.source.TarStream;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Orders of a Dockerfile alone, each under a name of its own.
final class Orders {
    private static final AtomicLong JOBS = new AtomicLong(System.nanoTime() / 1000);

    private Orders() {}

    static BuildOrder of(String instance, long project, String dockerfile) {
        return new BuildOrder(
                new AttemptName(instance, JOBS.incrementAndGet(), 1),
                new Owner(project, "contract/web"),
                (out, written) -> {
                    try (TarStream tar = new TarStream(out, 0)) {
                        byte[] bytes = written.text().getBytes(StandardCharsets.UTF_8);
                        tar.file(written.path(), bytes, 0);
                    }
                },
                new Dockerfile("Dockerfile", dockerfile),
                Map.of());
    }
}
