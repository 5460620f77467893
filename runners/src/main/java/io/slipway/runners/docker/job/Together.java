package io.slipway.runners.docker.job;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// The same for several things at once.
final class Together {
    private Together() {}

    /// Does it for each, and waits until all are done, also when it is interrupted, which it is
    /// still afterwards: nothing goes on behind the back of whoever cleans up.
    ///
    /// @throws RuntimeException the first that was thrown
    static <T> void each(List<T> things, Consumer<T> task) {
        if (things.size() == 1) {
            task.accept(things.getFirst());
            return;
        }
        List<CompletableFuture<@Nullable Void>> begun = new ArrayList<>();
        for (T thing : things) {
            CompletableFuture<@Nullable Void> one = new CompletableFuture<>();
            begun.add(one);
            Thread.ofVirtual()
                    .name("together-" + thing)
                    .start(
                            () -> {
                                try {
                                    task.accept(thing);
                                    one.complete(null);
                                } catch (Throwable e) {
                                    one.completeExceptionally(e);
                                }
                            });
        }
        awaitAll(begun);
    }

    private static void awaitAll(List<CompletableFuture<@Nullable Void>> begun) {
        boolean interrupted = false;
        RuntimeException first = null;
        for (CompletableFuture<@Nullable Void> one : begun) {
            for (boolean done = false; !done; ) {
                try {
                    one.get();
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    done = true;
                    if (first == null) {
                        first =
                                e.getCause() instanceof RuntimeException cause
                                        ? cause
                                        : new IllegalStateException(e);
                    }
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (first != null) {
            throw first;
        }
    }
}
