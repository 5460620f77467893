package io.slipway.engine.queue;

import java.util.LinkedHashMap;
import java.util.Map;

/// A process. Work of an earlier life never goes on.
final class SimulatedServer {
    final int number;
    final Map<QueueModel.Attempt, SimulatedHolder> held = new LinkedHashMap<>();
    int life;
    long begun;
    long awayUntil;
    long pausedUntil;
    long wasPausedUntil = -1;

    SimulatedServer(int number) {
        this.number = number;
    }
}
