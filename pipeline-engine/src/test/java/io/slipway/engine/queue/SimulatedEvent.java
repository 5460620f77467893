package io.slipway.engine.queue;

/// Something that happens at a time of a simulation; of what happens at the same time, in order.
record SimulatedEvent(long time, long order, Runnable what) implements Comparable<SimulatedEvent> {
    @Override
    public int compareTo(SimulatedEvent other) {
        return time == other.time
                ? Long.compare(order, other.order)
                : Long.compare(time, other.time);
    }
}
