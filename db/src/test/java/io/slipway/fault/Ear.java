package io.slipway.fault;

import java.nio.ByteBuffer;

/// Hears what a [FaultProxy] carries, before whoever it is for.
public interface Ear {
    /// Hears nothing.
    Ear NONE =
            new Ear() {
                @Override
                public void refused() {}

                @Override
                public void heard(int connection, boolean fromNear, ByteBuffer bytes) {}

                @Override
                public void ended(int connection) {}
            };

    /// Somebody came, and nobody listens at the far side.
    void refused();

    /// Bytes pass. The two directions of a connection come from two threads.
    ///
    /// @param connection its number, from 0
    /// @param fromNear whether the client sent them
    void heard(int connection, boolean fromNear, ByteBuffer bytes);

    /// A connection is over, once for each.
    void ended(int connection);
}
