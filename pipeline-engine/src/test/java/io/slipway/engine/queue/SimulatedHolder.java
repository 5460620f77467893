package io.slipway.engine.queue;

import io.slipway.engine.run.Claim.Ended;

/// What a process has in hands of one attempt. One that is deaf never ends by itself, and goes on
/// when it is told to stop.
final class SimulatedHolder {
    final SimulatedServer server;
    final int life;
    final QueueModel.Attempt attempt;
    final long fence;
    final Hold hold;
    final boolean deaf;
    int log;
    int left;

    /// @param left so many lines it prints
    SimulatedHolder(
            SimulatedServer server, QueueModel.Attempt attempt, Hold hold, int left, boolean deaf) {
        this.server = server;
        this.life = server.life;
        this.attempt = attempt;
        this.fence = attempt.fence;
        this.hold = hold;
        this.log = attempt.log;
        this.left = left;
        this.deaf = deaf;
    }

    boolean lost() {
        return hold.ended().filter(Ended.LOST::equals).isPresent();
    }
}
