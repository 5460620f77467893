package io.slipway.db;

/// A listener's place among the notifications; closing it ends it. Closing twice is harmless.
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
