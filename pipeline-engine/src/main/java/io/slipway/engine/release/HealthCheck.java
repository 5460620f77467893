package io.slipway.engine.release;

import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer.Answer;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.release.Deployer.Socket;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Waits until a new container is healthy, or until it is certain that it will not be, and then
/// says why in one sentence. An engine that goes away meanwhile is waited for: what ended with it
/// is started again and asked anew.
final class HealthCheck {
    /// An app that listens, but where nobody can ask it, will not change its mind: so long it has.
    private static final Duration LOOPBACK_PATIENCE = Duration.ofSeconds(4);

    private static final Duration OTHER_PORT_PATIENCE = Duration.ofSeconds(15);

    /// So long an engine may be away.
    private static final Duration AWAY = Duration.ofMinutes(2);

    private static final int MOST_RESTARTS = 5;

    /// So long a target may take to start it while nothing is in its way: images can be large.
    private static final Duration COMING = Duration.ofMinutes(15);

    private final Deployer deployer;
    private final String container;
    private final String app;
    private final Health health;
    private final Supplier<List<String>> printed;
    private long begin;
    private long elsewhereSince;
    private boolean ran;
    private String last = "it was not asked yet";

    /// @param printed what the container printed last, without what must not be seen
    HealthCheck(
            Deployer deployer,
            String container,
            String app,
            Health health,
            Supplier<List<String>> printed) {
        this.printed = printed;
        this.deployer = deployer;
        this.container = container;
        this.app = app;
        this.health = health;
    }

    /// What came out.
    ///
    /// @param port where it answers; 0 for a worker
    /// @param no why it is not healthy; null when it is
    record Result(int port, @Nullable Verdict no) {
        boolean healthy() {
            return no == null;
        }
    }

    /// @param asked the port that is asked; 0 for a worker, which only has to keep running
    /// @param fixed whether the file or the image names it; if not, the one port that is open will
    ///   do
    /// @throws Fault UNAVAILABLE when it cannot be found out: the engine stays away, or the
    ///   container is gone
    Result await(int asked, boolean fixed, Deployer.Progress progress) throws InterruptedException {
        begin = System.nanoTime();
        long answeredAt = begin;
        int restarts = 0;
        for (int round = 0; ; round++) {
            Condition condition = null;
            try {
                condition = deployer.condition(container);
                answeredAt = System.nanoTime();
                if (condition.lost() && restarts++ < MOST_RESTARTS) {
                    deployer.restart(container);
                    begin = System.nanoTime();
                    elsewhereSince = 0;
                    progress.line("the engine was restarted: " + app + " is started again");
                } else {
                    Result result = look(condition, asked, fixed);
                    if (result != null) {
                        return result;
                    }
                }
            } catch (Fault e) {
                boolean gone = condition != null && condition.state() == Condition.State.ABSENT;
                boolean away = e.kind() == Kind.UNAVAILABLE && !gone && !Thread.interrupted();
                if (!away || elapsed(answeredAt).compareTo(AWAY) > 0) {
                    throw e;
                }
                progress.line("waits for the engine that runs " + app);
            }
            if (round % 20 == 19) {
                progress.line("waits for " + app + " to become healthy: " + last);
            }
            Thread.sleep(Math.min(health.everyMillis(), 20L + 20L * round));
        }
    }

    /// @return null when it is not known yet
    private @Nullable Result look(Condition condition, int asked, boolean fixed) {
        if (condition.state() == Condition.State.COMING) {
            return coming(condition.obstacle());
        }
        if (condition.state() != Condition.State.RUNNING) {
            return ended(condition);
        }
        if (!ran) {
            ran = true;
            begin = System.nanoTime();
        }
        Result result = asked == 0 ? worker() : ask(asked, fixed);
        if (result == null && elapsed(begin).toMillis() > health.withinMillis()) {
            return late(asked);
        }
        return result;
    }

    /// What is in the way for good is told at once, what may pass when the time is over.
    private @Nullable Result coming(@Nullable Obstacle obstacle) {
        long limit = obstacle == null ? COMING.toMillis() : health.withinMillis();
        boolean late = elapsed(begin).toMillis() > limit;
        if (obstacle == null) {
            last = "it is about to be started";
            return late
                    ? no(0, Reason.CANNOT_RUN, app + " was not started within 15 min", List.of())
                    : null;
        }
        last = obstacle.sentence();
        if (!obstacle.certain() && !late) {
            return null;
        }
        String sentence = app + " cannot start: " + obstacle.sentence();
        Map<String, Object> evidence = evidence(sentence, List.of());
        evidence.put("events", obstacle.seen());
        return new Result(
                0,
                obstacle.users()
                        ? Verdict.failed(obstacle.reason(), sentence, evidence)
                        : Verdict.errored(obstacle.reason(), sentence, evidence));
    }

    private @Nullable Result worker() {
        Answer answer = deployer.ask(container, 0, health);
        last = answer.text();
        return answer.healthy() && elapsed(begin).toMillis() >= 1_000 ? new Result(0, null) : null;
    }

    private @Nullable Result ask(int asked, boolean fixed) {
        Answer answer = deployer.ask(container, asked, health);
        last = answer.text();
        if (answer.healthy()) {
            return new Result(asked, null);
        }
        List<Socket> sockets = answer.http() ? List.of() : deployer.listening(container);
        Result byTcp = answer.http() ? null : tcp(answer, sockets, asked, fixed);
        if (byTcp != null) {
            return byTcp;
        }
        elsewhereSince = elsewhere(sockets, asked) ? since(elsewhereSince) : 0;
        boolean certain =
                elsewhereSince != 0
                        && elapsed(elsewhereSince).compareTo(patience(sockets, asked)) > 0;
        return certain ? unreachable(sockets, asked) : null;
    }

    /// A last look before traffic moves: what died since it was healthy does not serve.
    Result stillRuns(Result healthy) {
        Condition condition = deployer.condition(container);
        if (condition.lost()) {
            throw unknown("the engine was restarted");
        }
        return condition.state() == Condition.State.RUNNING ? healthy : ended(condition);
    }

    private static long since(long before) {
        return before == 0 ? System.nanoTime() : before;
    }

    private static Duration elapsed(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /// Without a health path, listening where a connection is accepted is enough; without a fixed
    /// port, the one port that is open and can be reached is the port.
    private @Nullable Result tcp(Answer answer, List<Socket> sockets, int asked, boolean fixed) {
        List<Socket> open = sockets.stream().filter(s -> !s.local()).toList();
        if (open.stream().anyMatch(s -> s.port() == asked)) {
            return health.path() == null && answer.connected() ? new Result(asked, null) : null;
        }
        List<Integer> ports = open.stream().map(Socket::port).distinct().toList();
        if (fixed || ports.size() != 1 || !deployer.reaches(container, ports.getFirst())) {
            return null;
        }
        int port = ports.getFirst();
        Answer there = deployer.ask(container, port, health);
        boolean healthy =
                there.healthy() || !there.http() && there.connected() && health.path() == null;
        return healthy ? new Result(port, null) : null;
    }

    private static boolean elsewhere(List<Socket> sockets, int asked) {
        return !sockets.isEmpty()
                && sockets.stream().noneMatch(s -> !s.local() && s.port() == asked);
    }

    private static Duration patience(List<Socket> sockets, int asked) {
        boolean loopback = sockets.stream().anyMatch(s -> s.local() && s.port() == asked);
        return loopback ? LOOPBACK_PATIENCE : OTHER_PORT_PATIENCE;
    }

    private Result unreachable(List<Socket> sockets, int asked) {
        Socket socket =
                sockets.stream()
                        .filter(s -> s.port() == asked)
                        .findFirst()
                        .orElse(sockets.getFirst());
        String remedy =
                socket.port() == asked
                        ? "listen on 0.0.0.0:$PORT"
                        : "listen on 0.0.0.0:$PORT, or write port: " + socket.port();
        String sentence =
                app
                        + " listens on "
                        + place(socket)
                        + "; Slipway asks 0.0.0.0:"
                        + asked
                        + ": "
                        + remedy;
        return no(asked, Reason.UNHEALTHY, sentence, sockets);
    }

    private static String place(Socket socket) {
        String address = socket.address().equals("::") ? "0.0.0.0" : socket.address();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + socket.port();
    }

    private Result ended(Condition condition) {
        if (condition.state() == Condition.State.ABSENT) {
            throw unknown("its container is gone");
        }
        if (condition.state() == Condition.State.REPLACED
                || condition.state() == Condition.State.COMING) {
            throw unknown("another one took its place");
        }
        if (condition.outOfMemory()) {
            long limit = condition.memoryLimit() / (1 << 20);
            String sentence = app + " ran out of memory: its limit is " + limit + " MB";
            return no(0, Reason.OUT_OF_MEMORY, sentence, List.of());
        }
        String sentence = app + " ended with exit code " + condition.exitCode();
        return no(0, Reason.EXIT_CODE, sentence, List.of());
    }

    private Fault unknown(String why) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot tell whether " + app + " is healthy: " + why,
                "retry the run");
    }

    private Result late(int asked) {
        List<Socket> sockets = deployer.listening(container);
        if (elsewhere(sockets, asked)) {
            return unreachable(sockets, asked);
        }
        String within = " after " + health.withinMillis() / 1000 + " s";
        String sentence =
                asked != 0 && deployer.looksInside() && sockets.isEmpty()
                        ? app
                                + " listens on no port"
                                + within
                                + ": listen on 0.0.0.0:$PORT, or write port: none"
                        : app + " is not healthy" + within + ": " + last;
        return no(asked, Reason.UNHEALTHY, sentence, sockets);
    }

    private Result no(int port, Reason reason, String sentence, List<Socket> sockets) {
        return new Result(port, Verdict.failed(reason, sentence, evidence(sentence, sockets)));
    }

    private Map<String, Object> evidence(String sentence, List<Socket> sockets) {
        Map<String, Object> evidence = seen(sentence, printed.get());
        List<String> places = new ArrayList<>();
        sockets.forEach(s -> places.add(place(s)));
        evidence.put("listens", places);
        return evidence;
    }

    /// What can be seen of a container that is about to be taken away.
    static Map<String, Object> seen(String sentence, List<String> printed) {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("sentence", sentence);
        evidence.put("log", printed);
        return evidence;
    }
}
