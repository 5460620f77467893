package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.slipway.engine.release.Deployer.Printed;
import io.slipway.runners.kubernetes.KubernetesFaults;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Programs that are run in pods of apps.
///
/// @param client of the cluster
record InPod(KubernetesClient client) {
    int exec(Pod pod, List<String> command, byte[] input, Printed printed)
            throws InterruptedException, IOException {
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        List<String> words = new ArrayList<>();
        if (input.length > 0) {
            // The end of the input does not reach a program in a pod, so that its length has to.
            words.addAll(
                    List.of("/bin/sh", "-c", "head -c " + input.length + " | \"$@\"", "slipway"));
        }
        words.addAll(command);
        var container =
                client.pods()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName())
                        .inContainer(AppNames.CONTAINER_NAME);
        var writing = input.length > 0 ? container.redirectingInput() : container;
        try (ExecWatch watch =
                writing.writingOutput(new Into(printed, false, ended))
                        .writingError(new Into(printed, true, ended))
                        .exec(words.toArray(String[]::new))) {
            if (input.length > 0) {
                Thread.ofVirtual().name("exec-input").start(() -> give(watch, input));
            }
            watch.exitCode()
                    .whenComplete(
                            (code, e) -> {
                                if (e == null) {
                                    ended.complete(code);
                                } else {
                                    ended.completeExceptionally(e);
                                }
                            });
            return ended.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException stopped) {
                throw stopped;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw KubernetesFaults.of("cannot run " + command.getFirst(), cause);
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot run " + command.getFirst(), e);
        }
    }

    /// What it does not read is nobody's loss: how it ends says more.
    private static void give(ExecWatch watch, byte[] input) {
        try {
            watch.getInput().write(input);
            watch.getInput().flush();
        } catch (IOException e) {
            // It has ended.
        }
    }

    /// What its taker throws ends the call.
    private static final class Into extends OutputStream {
        private final Printed printed;
        private final boolean error;
        private final CompletableFuture<Integer> ended;

        Into(Printed printed, boolean error, CompletableFuture<Integer> ended) {
            this.printed = printed;
            this.error = error;
            this.ended = ended;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte @Nullable [] bytes, int offset, int length) throws IOException {
            try {
                printed.bytes(error, Objects.requireNonNull(bytes), offset, length);
            } catch (IOException e) {
                ended.completeExceptionally(e);
                throw e;
            }
        }
    }
}
