package io.slipway.engine.release;

import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Socket;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Waits until a new container is healthy, or until it is certain that it will not be, and then
/// says why in one sentence.
final class HealthCheck {
    /// An app that listens, but where nobody can ask it, will not change its mind: so long it has.
    private static final Duration LOOPBACK_PATIENCE = Duration.ofSeconds(4);

    private static final Duration OTHER_PORT_PATIENCE = Duration.ofSeconds(15);
    private static final int TAIL = 20;

    private final Deployer deployer;
    private final String container;
    private final String app;
    private final Health health;

    HealthCheck(Deployer deployer, String container, String app, Health health) {
        this.deployer = deployer;
        this.container = container;
        this.app = app;
        this.health = health;
    }

    /// What came out.
    ///
    /// @param port where it answers; 0 for a worker
    /// @param sentence why it is not healthy; null when it is
    record Result(int port, @Nullable String sentence, Map<String, Object> evidence) {
        boolean healthy() {
            return sentence == null;
        }
    }

    /// @param asked the port that is asked; 0 for a worker, which only has to keep running
    /// @param fixed whether the file or the image names it; if not, the one port that is open will
    ///   do
    Result await(int asked, boolean fixed, Deployer.Progress progress) throws InterruptedException {
        long begin = System.nanoTime();
        long deadline = begin + health.withinMillis() * 1_000_000;
        long elsewhereSince = 0;
        String last = "it was not asked yet";
        for (int round = 0; ; round++) {
            Condition condition = deployer.condition(container);
            if (condition.state() != Condition.State.RUNNING) {
                return ended(condition);
            }
            if (asked == 0) {
                if (elapsed(begin).toMillis() >= 1_000) {
                    return new Result(0, null, Map.of());
                }
            } else {
                int port = asked;
                HealthProbe.Result answer =
                        HealthProbe.ask(deployer.backend(container, port), health);
                last = answer.answer();
                if (answer.healthy()) {
                    return new Result(port, null, Map.of("answer", last));
                }
                List<Socket> sockets = answer.http() ? List.of() : deployer.listening(container);
                Result byTcp = answer.http() ? null : tcp(sockets, asked, fixed);
                if (byTcp != null) {
                    return byTcp;
                }
                elsewhereSince = elsewhere(sockets, asked) ? since(elsewhereSince) : 0;
                if (elsewhereSince != 0
                        && elapsed(elsewhereSince).compareTo(patience(sockets, asked)) > 0) {
                    return unreachable(sockets, asked);
                }
            }
            if (System.nanoTime() > deadline) {
                return late(last, asked);
            }
            if (round % 20 == 19) {
                progress.line("waits for " + app + " to become healthy: " + last);
            }
            Thread.sleep(Math.min(health.everyMillis(), 20L + 20L * round));
        }
    }

    private static long since(long before) {
        return before == 0 ? System.nanoTime() : before;
    }

    private static Duration elapsed(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /// Without a health path, listening where it can be asked is enough; without a fixed port, the
    /// one port that is open is the port.
    private @Nullable Result tcp(List<Socket> sockets, int asked, boolean fixed) {
        List<Socket> open = sockets.stream().filter(s -> !s.local()).toList();
        if (open.stream().anyMatch(s -> s.port() == asked)) {
            return health.path() == null
                    ? new Result(asked, null, Map.of("answer", "a TCP connection"))
                    : null;
        }
        List<Integer> ports = open.stream().map(Socket::port).distinct().toList();
        if (fixed || ports.size() != 1) {
            return null;
        }
        int port = ports.getFirst();
        HealthProbe.Result answer = HealthProbe.ask(deployer.backend(container, port), health);
        boolean healthy = answer.healthy() || !answer.http() && health.path() == null;
        return healthy ? new Result(port, null, Map.of("answer", answer.answer())) : null;
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
        return new Result(asked, sentence, evidence(sentence, sockets));
    }

    private static String place(Socket socket) {
        String address = socket.address().equals("::") ? "0.0.0.0" : socket.address();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + socket.port();
    }

    private Result ended(Condition condition) {
        String sentence =
                condition.outOfMemory()
                        ? app
                                + " ran out of memory: its limit is "
                                + condition.memoryLimit() / (1 << 20)
                                + " MB"
                        : condition.exitCode() == null
                                ? app + "'s container is gone"
                                : app + " ended with exit code " + condition.exitCode();
        return new Result(0, sentence, evidence(sentence, List.of()));
    }

    private Result late(String last, int asked) {
        List<Socket> sockets = deployer.listening(container);
        if (elsewhere(sockets, asked)) {
            return unreachable(sockets, asked);
        }
        String within = " after " + health.withinMillis() / 1000 + " s";
        String sentence =
                sockets.isEmpty()
                        ? app
                                + " listens on no port"
                                + within
                                + ": listen on 0.0.0.0:$PORT, or write port: none"
                        : app + " is not healthy" + within + ": " + last;
        return new Result(asked, sentence, evidence(sentence, sockets));
    }

    private Map<String, Object> evidence(String sentence, List<Socket> sockets) {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("sentence", sentence);
        evidence.put("log", deployer.tail(container, TAIL));
        List<String> places = new ArrayList<>();
        sockets.forEach(s -> places.add(place(s)));
        evidence.put("listens", places);
        return evidence;
    }
}
