package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.log.AttemptLog;
import io.slipway.engine.log.LogOwner;
import io.slipway.engine.log.LogWriter;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.StepRecord;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A claim in this process's hands: until when it may go on, and the thread that drives it.
final class Holding implements Claim {
    private static final Logger LOG = LoggerFactory.getLogger(Holding.class);

    /// What an image or a rollout may take, and what may pass before a check's first step.
    private static final Duration WITHOUT_LIMIT = Duration.ofMinutes(60);

    private static final Duration BETWEEN_LINES = Duration.ofMillis(500);

    private final Claimed claimed;
    private final Database database;
    private final AttemptLog log;
    private final StepRows steps;
    private final Object state = new Object();
    private final Hold hold;
    private volatile boolean began;
    private volatile boolean mayRun;
    private volatile List<PlannedJob> added = List.of();
    private long lineAt = System.nanoTime() - BETWEEN_LINES.toNanos();

    // Guarded by state.
    private @Nullable Thread thread;

    /// @param askedAt nanoTime before the claim was asked for: the lease is no older
    Holding(Database database, Claimed claimed, long askedAt) {
        this.database = database;
        this.claimed = claimed;
        Duration ran = claimed.past().ran();
        this.began = ran != null;
        this.mayRun = claimed.past().mayRun();
        Duration left =
                ran == null
                        ? WITHOUT_LIMIT.minus(claimed.past().held())
                        : claimed.job()
                                .spec()
                                .limit()
                                .map(limit -> limit.minus(ran))
                                .orElseGet(() -> WITHOUT_LIMIT.minus(claimed.past().held()));
        this.hold = new Hold(askedAt, System.nanoTime() + left.toNanos());
        this.log =
                new AttemptLog(
                        database,
                        new LogOwner(claimed.job().attemptId(), claimed.fence(), this::lost),
                        claimed.log());
        this.steps =
                new StepRows(
                        log, claimed.job().attemptId(), claimed.job().runId(), this::stepBegins);
        if (claimed.past().cancelled() != null) {
            end(Ended.CANCELLED, claimed.past().cancelled());
        }
    }

    @Override
    public Job job() {
        return claimed.job();
    }

    @Override
    public AttemptName name() {
        return claimed.name();
    }

    @Override
    public long fence() {
        return claimed.fence();
    }

    @Override
    public String nonce() {
        return claimed.nonce();
    }

    @Override
    public LogWriter log() {
        return log;
    }

    @Override
    public StepRecord steps() {
        return steps;
    }

    @Override
    public Map<String, String> received() {
        return database.read(tx -> Outputs.received(tx, job().id()));
    }

    @Override
    public void leave(Map<String, String> outputs, String generated) {
        Map<String, String> left = Map.copyOf(outputs);
        log.alongside(tx -> Outputs.leave(tx, job().attemptId(), left, generated));
    }

    @Override
    public String generated() {
        log.flush();
        return database.read(tx -> Outputs.generated(tx, job().attemptId()));
    }

    @Override
    public Optional<Integer> openStep(int steps) {
        log.flush();
        return database.read(
                tx ->
                        tx.first(
                                """
                                select position from steps
                                where attempt_id = ? and state = 'running' and position < ?
                                order by position limit 1
                                """,
                                row -> row.integer("position"),
                                job().attemptId(),
                                steps));
    }

    @Override
    public void add(List<PlannedJob> jobs) {
        added = List.copyOf(jobs);
    }

    /// What its verdict adds to the run.
    List<PlannedJob> added() {
        return added;
    }

    @Override
    public void progress(String line) {
        synchronized (state) {
            if (System.nanoTime() - lineAt < BETWEEN_LINES.toNanos()) {
                return;
            }
            lineAt = System.nanoTime();
        }
        String shown = line.length() > 500 ? line.substring(0, 500) : line;
        String payload = job().runId() + " " + job().id() + " " + shown.replace('\n', ' ');
        // Nobody waits for it: a database that is away holds no work up.
        Thread.ofVirtual().name("progress-" + job().id()).start(() -> tell(payload));
    }

    private void tell(String payload) {
        try {
            database.change(tx -> tx.notify("progress", payload));
        } catch (Fault e) {
            LOG.debug("a line of progress is lost: {}", e.message());
        }
    }

    @Override
    public Optional<Ended> ended() {
        lookAtClock();
        return hold.ended();
    }

    /// What it may take: its steps, else all of it.
    Duration limit() {
        return began ? job().spec().limit().orElse(WITHOUT_LIMIT) : WITHOUT_LIMIT;
    }

    Claimed claimed() {
        return claimed;
    }

    AttemptLog ownLog() {
        return log;
    }

    @Override
    public void mayRun() {
        if (!mayRun) {
            database.change(this::noteThatItMayRun);
            mayRun = true;
        }
    }

    private void noteThatItMayRun(Tx tx) {
        int noted =
                tx.update(
                        """
                        update attempts set may_run = true
                        where id = ? and fence = ? and state = 'running'
                        """,
                        job().attemptId(),
                        fence());
        if (noted == 0) {
            throw lost();
        }
    }

    /// Whether a step of the attempt has begun, or may have without anybody's hearing of it.
    boolean mayHaveBegun() {
        return began || mayRun;
    }

    /// Whether a step of the attempt is known to have begun.
    boolean began() {
        return began;
    }

    /// By whom or what the claim ended, for people.
    String endedBy() {
        return hold.endedBy();
    }

    /// From now on an end interrupts this thread; one that came before does so now.
    void drivenBy(Thread driver) {
        synchronized (state) {
            thread = driver;
            if (hold.ended().isPresent()) {
                driver.interrupt();
            }
        }
    }

    /// From now on nothing interrupts the driver. Called by it.
    void noMoreInterrupts() {
        synchronized (state) {
            thread = null;
        }
        boolean was = Thread.interrupted();
        assert was || !was;
    }

    /// Ends the claim. A stronger end replaces a weaker one: what was lost stays lost.
    void end(Ended how, String by) {
        if (hold.end(how, by, System.nanoTime())) {
            stop();
        }
    }

    private void stop() {
        synchronized (state) {
            if (thread != null) {
                thread.interrupt();
            }
        }
        if (isLost()) {
            log.close();
        }
    }

    /// The right to write the verdict; only the first who asks gets it.
    boolean settle() {
        return hold.settle();
    }

    void renewed(long askedAt) {
        hold.renewed(askedAt);
    }

    /// Ends the claim when its time is over.
    void lookAtClock() {
        if (hold.lookAtClock(System.nanoTime())) {
            stop();
        }
    }

    /// Whether somebody else may have it.
    boolean isLost() {
        return hold.ended().filter(Ended.LOST::equals).isPresent();
    }

    /// Whether the driver was told to stop, and has not for so long.
    boolean hangs(Duration since) {
        return hold.hangs(since, System.nanoTime());
    }

    private void stepBegins(Instant at) {
        if (!began) {
            job().spec()
                    .limit()
                    .ifPresent(limit -> hold.limit(System.nanoTime() + limit.toNanos()));
        }
        began = true;
    }

    private ClaimLost lost() {
        end(Ended.LOST, "another server owns it");
        return new ClaimLost(name());
    }
}
