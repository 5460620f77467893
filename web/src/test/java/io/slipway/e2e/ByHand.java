package io.slipway.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;

import io.slipway.engine.source.Git;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The same work by the engine's API alone: a container with the limits that Slipway gives a job's,
/// on a network that was made before, with a new volume.
final class ByHand implements AutoCloseable {
    private final DockerClient client;
    private final HostConfig limits;
    private final String network;

    private ByHand(DockerClient client, HostConfig limits) {
        this.client = client;
        this.limits = limits;
        this.network = client.createNetworkCmd().withName("slipway-by-hand").exec().getId();
    }

    /// Looks the limits up from a job of Slipway's.
    static ByHand like(Slipway slipway, Git git) {
        String file = Folders.text(git.folder().resolve(".slipway.yml"));
        git.write(".slipway.yml", file.replace("- echo step 1\n", "- sleep 5\n")).commit("Slow");
        Process push = git.start("push", "slipway", "HEAD:main");
        DockerClient client = slipway.engine().client();
        Await.until("a job runs", () -> !slipway.engine().jobs(slipway.instance()).isEmpty());
        Container job = slipway.engine().jobs(slipway.instance()).getFirst();
        HostConfig limits = client.inspectContainerCmd(job.getId()).exec().getHostConfig();
        Await.until("the push ended", () -> !push.isAlive());
        git.write(".slipway.yml", file);
        return new ByHand(client, limits);
    }

    /// From the first call.
    record Took(Duration toFirstByte, Duration toEnd) {}

    Took run(String script) throws Exception {
        long begin = System.nanoTime();
        String volume = client.createVolumeCmd().exec().getName();
        HostConfig host =
                limits.withNetworkMode(network)
                        .withMounts(
                                List.of(
                                        new Mount()
                                                .withType(MountType.VOLUME)
                                                .withSource(volume)
                                                .withTarget("/workspace")));
        String id =
                client.createContainerCmd("busybox")
                        .withHostConfig(host)
                        .withWorkingDir("/workspace")
                        .withEntrypoint("sh", "-c", script)
                        .withAttachStdout(true)
                        .withAttachStderr(true)
                        .exec()
                        .getId();
        CompletableFuture<Long> first = new CompletableFuture<>();
        try (ResultCallback.Adapter<Frame> output =
                        client.attachContainerCmd(id)
                                .withStdOut(true)
                                .withStdErr(true)
                                .withFollowStream(true)
                                .exec(new First(first));
                WaitContainerResultCallback end = new WaitContainerResultCallback()) {
            output.awaitStarted();
            client.startContainerCmd(id).exec();
            client.waitContainerCmd(id).exec(end);
            end.awaitStatusCode();
            long ended = System.nanoTime();
            return new Took(
                    Duration.ofNanos(first.join() - begin), Duration.ofNanos(ended - begin));
        } finally {
            client.removeContainerCmd(id).withForce(true).exec();
            client.removeVolumeCmd(volume).exec();
        }
    }

    /// When something was printed first.
    private static final class First extends ResultCallback.Adapter<Frame> {
        private final CompletableFuture<Long> first;

        First(CompletableFuture<Long> first) {
            this.first = first;
        }

        @Override
        public void onNext(Frame frame) {
            first.complete(System.nanoTime());
        }
    }

    @Override
    public void close() {
        client.removeNetworkCmd(network).exec();
    }
}
