package io.slipway.runners.kubernetes.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.step.Runner;

import java.util.concurrent.CountDownLatch;

/// Takes the output of `seq 1 LAST` and wants each line once, in order.
final class Numbers implements Runner.Sink {
    static final int LAST = 24_000_000;

    private final CountDownLatch broken = new CountDownLatch(1);
    private final int breakAt;
    private boolean refuses;
    private boolean mark;
    private boolean inLine;
    private int expected = 1;
    private int number;
    private long end;
    private String wrong = "";

    /// @param breakAt after this line nothing more is taken
    Numbers(int breakAt) {
        this.breakAt = breakAt;
    }

    /// Goes on where another one broke off, to the end.
    Numbers(Numbers before) {
        synchronized (before) {
            this.breakAt = Integer.MAX_VALUE;
            this.mark = before.mark;
            this.inLine = before.inLine;
            this.expected = before.expected;
            this.number = before.number;
            this.end = before.end;
            this.wrong = before.wrong;
        }
    }

    @Override
    public synchronized void output(byte[] bytes, int offset, int length, long streamEnd) {
        if (refuses) {
            return;
        }
        if (streamEnd - length != end) {
            wrong = "byte " + (streamEnd - length) + " came where " + end + " was due";
        }
        for (int i = offset; i < offset + length; i++) {
            take(bytes[i]);
        }
        end = streamEnd;
        if (expected > breakAt) {
            refuses = true;
            broken.countDown();
        }
    }

    private void take(byte b) {
        if (b == '\n') {
            if (!mark && number != expected++) {
                wrong = wrong.isEmpty() ? number + " came, not " + (expected - 1) : wrong;
            }
            mark = false;
            inLine = false;
            number = 0;
        } else if (!inLine && b == 0x1e) {
            mark = true;
            inLine = true;
        } else {
            inLine = true;
            number = mark ? 0 : number * 10 + b - '0';
        }
    }

    void awaitBroken() throws InterruptedException {
        broken.await();
    }

    synchronized long end() {
        return end;
    }

    synchronized void areComplete() {
        assertThat(wrong).isEmpty();
        assertThat(expected - 1).isEqualTo(LAST);
    }

    @Override
    public synchronized void gap() {
        wrong = "a gap";
    }

    @Override
    public void service(Runner.ServiceEnd service, long streamEnd) {
        throw new AssertionError("there is no service");
    }

    @Override
    public void progress(String line) {}
}
