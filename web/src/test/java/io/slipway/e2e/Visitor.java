package io.slipway.e2e;

import io.slipway.web.traffic.Wire;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Somebody who asks the app that is rolled out again and again: one request after the other, each
/// with a number of its own, over a connection of its own, and none is repeated.
final class Visitor {
    private static final long PAUSE_NANOS = 200_000_000;

    private final Slipway slipway;
    private final String host;
    private final List<Visit> visits = Collections.synchronizedList(new ArrayList<>());
    private final List<Away> away = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread;
    private volatile boolean going = true;

    /// A request.
    ///
    /// @param begin by [System#nanoTime()]
    /// @param status 0: there was no answer
    record Visit(int number, long begin, long end, int status, String page) {}

    /// A time in which there was no switch.
    record Away(long begin, long end) {
        boolean meets(Visit visit) {
            return visit.begin() <= end && visit.end() >= begin;
        }
    }

    Visitor(Slipway slipway, String host) {
        this.slipway = slipway;
        this.host = host;
        this.thread = Thread.ofVirtual().name("visitor").unstarted(this::rounds);
    }

    Visitor begin() {
        thread.start();
        return this;
    }

    private void rounds() {
        for (int number = 1; going; number++) {
            visits.add(visit(number));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Visit visit(int number) {
        long begin = System.nanoTime();
        try {
            Wire.Answer answer = slipway.get(host, "/?" + number);
            return new Visit(number, begin, System.nanoTime(), answer.status(), answer.body());
        } catch (UncheckedIOException e) {
            return new Visit(number, begin, System.nanoTime(), 0, e.toString());
        }
    }

    /// The switch was killed, and apps are back.
    void missed(long begin, long end) {
        away.add(new Away(begin, end));
    }

    /// Ends with the request that is under way.
    void end() throws InterruptedException {
        going = false;
        thread.join();
    }

    List<Visit> visits() {
        return List.copyOf(visits);
    }

    List<Away> away() {
        return List.copyOf(away);
    }
}
