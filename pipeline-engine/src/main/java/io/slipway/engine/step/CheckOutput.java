package io.slipway.engine.step;

import io.slipway.engine.log.MaskedStream;
import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Takes a container's output apart: what the steps printed goes to the log, marks to the steps. A
/// mark counts as taken only with what it says: both are stored in one transaction.
final class CheckOutput implements Runner.Sink, Marks.Into {
    private static final byte[] NOTHING = {};
    private static final String DROPPED =
            "slipway: some of what was printed here is lost: it was more than the engine keeps"
                    + " until it is read";
    private static final int LAST = 4 * 1024;
    private static final int LAST_LINES = 20;
    private static final int LARGEST_GENERATED = 256 * 1024;
    private static final int MOST_BESIDE = 1 << 20;

    private final Claim claim;
    private final Marks marks;
    private final MaskedStream masked;
    private final Masks masks;
    private final LeftOutputs outputs;
    private final ByteArrayOutputStream generated = new ByteArrayOutputStream();
    private final byte[] last = new byte[LAST];
    private long printed;
    private long streamEnd;
    private boolean ready;
    private boolean started;
    private boolean done;
    private int failedStep = -1;
    private boolean open;
    private @Nullable RuntimeException failure;

    /// Where this claim's stream begins.
    private final long from;

    /// The service whose output comes now, and the position of its row; null: the steps'.
    private Runner.@Nullable ServiceEnd service;

    private int row;

    /// Where the log stands, in bytes of the stream.
    private long at;

    /// What was printed since the first line of a file; null: nothing is held back.
    private @Nullable ByteArrayOutputStream beside;

    /// @param masks what must not be seen of what the steps print
    /// @param steps how many there are; the rows of services follow
    CheckOutput(Claim claim, Masks masks, int steps) {
        this.claim = claim;
        this.row = steps - 1;
        this.from = claim.log().sourceEnd();
        this.masked = new MaskedStream(masks, this::keep);
        this.masks = masks;
        this.outputs = new LeftOutputs(masks);
        this.marks = new Marks(claim.nonce(), this);
        this.streamEnd = claim.log().sourceEnd();
        this.at = streamEnd;
        // Nothing is stored before the starter was ready.
        this.ready = streamEnd > 0;
        this.started = ready;
    }

    @Override
    public synchronized void output(byte[] bytes, int offset, int length, long end) {
        streamEnd = end;
        if (failure != null) {
            return;
        }
        try {
            if (service == null) {
                marks.take(bytes, offset, length, end);
            } else {
                masked.take(bytes, offset, length, end);
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public synchronized boolean whole() {
        return done;
    }

    @Override
    public void done(long end) {
        masked.end();
        done = true;
        moveTo(end);
    }

    @Override
    public synchronized void starts() {
        started = true;
        claim.mayRun();
    }

    /// Whether the steps may have begun.
    synchronized boolean started() {
        return started;
    }

    @Override
    public synchronized void service(Runner.ServiceEnd end, long at) {
        streamEnd = Math.max(streamEnd, at);
        if (failure != null) {
            return;
        }
        try {
            serviceEnds(at);
            service = end;
            row++;
            if (at >= from) {
                claim.log().part();
                claim.steps().begin(row, Instant.now());
                moveTo(at);
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /// The output of steps, or of a service, ends here. What an earlier claim has stored beyond
    /// this place it has stored with this.
    private void serviceEnds(long at) {
        if (service == null) {
            marks.end(at);
        }
        masked.end();
        if (at < from) {
            return;
        }
        if (service != null) {
            Outcome outcome = service.died() ? Outcome.FAILED : Outcome.SUCCEEDED;
            claim.steps().end(row, outcome, service.code(), null, Instant.now());
        }
        moveTo(at);
    }

    @Override
    public synchronized void gap() {
        if (failure != null) {
            return;
        }
        try {
            masked.end();
            claim.log().line(DROPPED);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void progress(String line) {
        claim.progress(line);
    }

    /// The stream has ended; what could not be stored shows now.
    synchronized void end() {
        if (failure == null) {
            serviceEnds(streamEnd);
        } else {
            throw failure;
        }
    }

    /// Whether a step that began in this claim has not told its end.
    synchronized boolean broken() {
        return open;
    }

    /// Whether the starter had everything it needs, so that the exit status is the steps'.
    synchronized boolean ready() {
        return ready;
    }

    /// Name of the step that failed, if its end was seen by this claim.
    synchronized Optional<String> failedStep(List<StepSpec> steps) {
        return failedStep >= 0 && failedStep < steps.size()
                ? Optional.of(steps.get(failedStep).name())
                : Optional.empty();
    }

    /// The last lines that this claim saw, 20 at most.
    synchronized List<String> lastLines() {
        int size = (int) Math.min(printed, LAST);
        byte[] tail = new byte[size];
        for (int i = 0; i < size; i++) {
            tail[i] = last[(int) ((printed - size + i) % LAST)];
        }
        List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    }

    @Override
    public void printed(byte[] bytes, int offset, int length, long end) {
        masked.take(bytes, offset, length, end);
    }

    private void keep(byte[] bytes, int offset, int length, long end) {
        if (service == null) {
            int kept = Math.min(length, LAST);
            printed += length - kept;
            for (int i = offset + length - kept; i < offset + length; i++) {
                last[(int) (printed++ % LAST)] = bytes[i];
            }
        }
        // What the starter says when it could not begin is evidence, and no step's output.
        if (!ready) {
            return;
        }
        if (beside == null) {
            append(bytes, offset, length, end);
        } else {
            beside.write(bytes, offset, length);
            if (beside.size() > MOST_BESIDE) {
                // Rather told twice than outputs lost: the place in the stream stays.
                append(beside.toByteArray(), 0, beside.size(), at);
                beside.reset();
            }
        }
    }

    private void append(byte[] bytes, int offset, int length, long end) {
        at = end;
        claim.log().append(bytes, offset, length, end);
    }

    /// What was printed beside lines of files, once it needs no longer be held back.
    private void release(long end) {
        ByteArrayOutputStream held = beside;
        beside = null;
        if (held != null && held.size() > 0) {
            append(held.toByteArray(), 0, held.size(), end);
        }
    }

    @Override
    public void ready(long end) {
        masked.end();
        ready = true;
        moveTo(end);
    }

    @Override
    public void begins(int step, long end) {
        masked.end();
        open = true;
        claim.log().part();
        claim.steps().begin(step, Instant.now());
        moveTo(end);
    }

    @Override
    public void ended(int step, int code, long end) {
        masked.end();
        open = false;
        if (code != 0 && failedStep < 0) {
            failedStep = step;
        }
        Outcome outcome = code == 0 ? Outcome.SUCCEEDED : Outcome.FAILED;
        claim.steps().end(step, outcome, code, null, Instant.now());
        moveTo(end);
    }

    @Override
    public void output(byte[] line, long end) {
        holdBack();
        outputs.line(line);
    }

    /// Lines of files are not stored before the last one: a claim that comes after this one reads
    /// them again, from the first, and with them what something that still runs prints beside them.
    private void holdBack() {
        if (beside == null) {
            masked.end();
            beside = new ByteArrayOutputStream();
        }
    }

    @Override
    public void generated(byte[] line, long end) {
        holdBack();
        // One that is larger is refused for that, as by the starter.
        if (generated.size() <= LARGEST_GENERATED) {
            generated.write(line, 0, Math.min(line.length, LARGEST_GENERATED));
            generated.write('\n');
        }
    }

    @Override
    public void outputEnded(long end) {
        masked.end();
        String told =
                String.join("", outputs.complaints().stream().map(line -> line + "\n").toList());
        byte[] bytes = told.getBytes(StandardCharsets.UTF_8);
        // Jobs of the file are shown to everybody who may see the run.
        String shown = masks.mask(generated.toString(StandardCharsets.UTF_8));
        ByteArrayOutputStream held = beside == null ? new ByteArrayOutputStream() : beside;
        beside = null;
        held.writeBytes(bytes);
        claim.leave(outputs.values(), shown);
        append(held.toByteArray(), 0, held.size(), end);
    }

    private void moveTo(long end) {
        release(end);
        append(NOTHING, 0, 0, end);
    }
}
