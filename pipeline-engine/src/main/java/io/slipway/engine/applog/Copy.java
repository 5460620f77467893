package io.slipway.engine.applog;

import io.slipway.db.Database;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Puts one container's output into rows of whole lines, at most five times a second. A row and the
/// place to which the output is read are one transaction, so that nothing is stored twice, also
/// when two servers copy at once.
final class Copy implements Deployer.Output {
    /// Something of a placement was stored.
    static final String CHANNEL = "app-log";

    private static final long CAP = 8L << 20;
    private static final int CHUNK = 32 << 10;
    private static final long OFTEN_NANOS = 200_000_000;

    private static final String APPEND =
            """
            insert into app_log_chunks (placement_id, release, container, bytes)
            values (?, ?, ?, ?)
            """;

    private static final String TRIM =
            """
            delete from app_log_chunks where placement_id = ? and sequence <= (
              select sequence from (
                select sequence, sum(length(bytes)) over (order by sequence desc) as total
                from app_log_chunks where placement_id = ?) s
              where total > ? order by sequence desc limit 1)
            """;

    private final Database database;
    private final Source source;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();
    private LogMark stored;
    private LogMark end;
    private long storedAt;
    private long sinceTrim = CAP;

    Copy(Database database, Source source) {
        this.database = database;
        this.source = source;
        this.stored = source.read();
        this.end = stored;
    }

    String container() {
        return source.name();
    }

    @Override
    public synchronized void bytes(byte[] bytes, int offset, int length, LogMark end) {
        open.write(bytes, offset, length);
        this.end = end;
        boolean line = length > 0 && bytes[offset + length - 1] == '\n';
        if (open.size() >= CHUNK || line && due()) {
            store();
        }
    }

    @Override
    public synchronized void gap(Instant from, Instant to) {
        String line =
                "[slipway] what was printed from "
                        + from
                        + " to "
                        + to
                        + " is missing: the engine threw it away before it was read\n";
        open.writeBytes(line.getBytes(StandardCharsets.UTF_8));
    }

    private boolean due() {
        return System.nanoTime() - storedAt > OFTEN_NANOS;
    }

    synchronized void storeWhenDue() {
        if (due()) {
            store();
        }
    }

    /// @throws Fault CONFLICT when another server has stored what comes next
    synchronized void store() {
        if (end.equals(stored)) {
            return;
        }
        byte[] bytes = open.toByteArray();
        storedAt = System.nanoTime();
        sinceTrim += bytes.length;
        boolean trims = sinceTrim > CAP / 8;
        long placement = source.placementId();
        database.change(
                tx -> {
                    if (!source.advance(tx, stored, end)) {
                        throw new Fault(
                                Kind.CONFLICT,
                                "cannot go on with the log of "
                                        + source.name()
                                        + ": another server reads it",
                                "");
                    }
                    tx.update(APPEND, placement, source.release(), source.name(), bytes);
                    tx.notify(CHANNEL, Long.toString(placement));
                    if (trims) {
                        tx.update(TRIM, placement, placement, CAP);
                    }
                });
        open.reset(); // not before: what could not be stored is stored the next time
        stored = end;
        sinceTrim = trims ? 0 : sinceTrim;
    }
}
