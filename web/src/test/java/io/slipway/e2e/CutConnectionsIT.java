package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/// Connections to PostgreSQL, to the engine and of the engine to the registry are cut, or slow and
/// then silent, while runs are under way, at points that a seed decides: each run has its right
/// verdict and its exact log. `-Dkill.count` says how often: once for each twelve of it.
@Tag("kill")
@ExtendWith(DatabaseExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CutConnectionsIT {
    private static final int ROUNDS = Integer.getInteger("kill.count", 50) / 12;

    private final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final DatabaseAddress address;
    private final Map<Pusher.Kind, Pusher> pushers = new EnumMap<>(Pusher.Kind.class);
    private Path folder;
    private final RegistryLog registryLog = new RegistryLog();
    private FaultProxy postgres;
    private FaultProxy engine;
    private FaultProxy registry;
    private Ledger ledger;
    private Slipway slipway;

    CutConnectionsIT(DatabaseAddress address) {
        this.address = address;
    }

    @BeforeAll
    void start() throws Exception {
        SlipwayExtension.needEngine();
        System.out.println("cut connections, seed " + seed);
        folder = Files.createTempDirectory("cut");
        URI at = URI.create(address.url().replace("jdbc:", ""));
        int port = Slipway.freePort();
        postgres = FaultProxy.tcp(at.getPort());
        registry = FaultProxy.tcp(port, registryLog);
        try (EngineSide side = new EngineSide(0)) {
            Path real = side.engine().address().socket().orElseThrow();
            engine = FaultProxy.socket(folder.resolve("engine.sock"), real);
        }
        ledger = new Ledger();
        slipway =
                new Slipway(
                                Map.of(
                                        "SLIPWAY_PORT",
                                        Integer.toString(port),
                                        "SLIPWAY_DOCKER",
                                        "unix://" + folder.resolve("engine.sock"),
                                        "SLIPWAY_REGISTRY",
                                        "localhost:" + registry.port(),
                                        "SLIPWAY_DATABASE_URL",
                                        "postgresql://%s:%s@127.0.0.1:%d%s"
                                                .formatted(
                                                        address.user(),
                                                        address.password(),
                                                        postgres.port(),
                                                        at.getPath())),
                                null)
                        .reads(address);
        ledger.open(slipway.instance());
    }

    @AfterAll
    void close() throws Exception {
        if (slipway != null) {
            slipway.close();
            ledger.close();
            for (FaultProxy proxy : new FaultProxy[] {registry, engine, postgres}) {
                proxy.close();
            }
            Folders.remove(folder);
        }
    }

    @Test
    void ofPostgres() throws Exception {
        judged(postgres, Pusher.Kind.STEPS, ROUNDS, (proxy, push) -> cut(proxy, push, 20, 8000));
    }

    @Test
    void ofTheEngine() throws Exception {
        judged(engine, Pusher.Kind.FAILS, ROUNDS, (proxy, push) -> cut(proxy, push, 20, 1000));
    }

    @Test
    void ofTheRegistry() throws Exception {
        judged(registry, Pusher.Kind.SHIPS, ROUNDS, (proxy, push) -> cut(proxy, push, 6, 300));
    }

    /// Also for longer than a lease.
    @Test
    void postgresIsSlowAndThenSilent() throws Exception {
        judged(
                postgres,
                Pusher.Kind.STEPS,
                ROUNDS / 2,
                (proxy, push) -> silent(proxy, push, 25_000));
    }

    @Test
    void theEngineIsSlowAndThenSilent() throws Exception {
        judged(engine, Pusher.Kind.FAILS, ROUNDS / 2, (proxy, push) -> silent(proxy, push, 8_000));
    }

    @Test
    void theRegistryIsSlowAndThenSilent() throws Exception {
        judged(
                registry,
                Pusher.Kind.SHIPS,
                ROUNDS / 2,
                (proxy, push) -> silent(proxy, push, 12_000));
    }

    /// What befalls connections while somebody pushes.
    @FunctionalInterface
    private interface Round {
        void befall(FaultProxy proxy, Pusher pusher) throws Exception;
    }

    /// Those that are open are cut, and later one of those that are made.
    private void cut(FaultProxy proxy, Pusher pusher, int among, int bytes) throws Exception {
        int one = random.nextInt(among);
        Trouble trouble = Trouble.ending(random, bytes);
        Trouble ofOpen = Trouble.ending(random, bytes);
        long pause = random.nextLong(2500);
        proxy.each(number -> number == one ? trouble : Trouble.latency(Duration.ofMillis(1)));
        Thread push = Thread.ofVirtual().start(pusher::round);
        Thread.sleep(pause);
        proxy.open(ofOpen);
        push.join();
    }

    /// Everything is slow, and then nothing comes through and nobody is told. What was held comes
    /// after all, or is lost with its connections.
    private void silent(FaultProxy proxy, Pusher pusher, int longest) throws Exception {
        Trouble slow = Trouble.latency(Duration.ofMillis(2 + random.nextInt(30)));
        Trouble hole = Trouble.after(random.nextInt(2000), Trouble.Kind.BLACK_HOLE);
        long pause = random.nextLong(2500);
        long away = 1000 + random.nextLong(longest - 1000);
        boolean isLost = random.nextBoolean();
        proxy.all(slow);
        Thread push = Thread.ofVirtual().start(pusher::round);
        Thread.sleep(pause);
        int before = proxy.swallowed();
        proxy.all(hole);
        Await.until("something is held", () -> proxy.swallowed() > before || !push.isAlive());
        Thread.sleep(away);
        proxy.each(_ -> Trouble.NONE);
        proxy.open(isLost ? Trouble.after(0, Trouble.Kind.RESET) : Trouble.NONE);
        push.join();
    }

    private void judged(FaultProxy proxy, Pusher.Kind kind, int rounds, Round round)
            throws Exception {
        int troubles = proxy.befallen() + proxy.swallowed();
        Pusher pusher = pushers.computeIfAbsent(kind, of -> new Pusher(slipway, of, ledger));
        pusher.round();
        for (int i = 0; i < rounds; i++) {
            round.befall(proxy, pusher);
            proxy.calm();
        }
        pusher.end();
        Tally tally = new Tally();
        Oracle oracle = new Oracle(slipway, ledger, tally);
        oracle.judge(pusher);
        if (kind == Pusher.Kind.SHIPS) {
            oracle.judge(registryLog, pusher);
        }
        oracle.awaitNoOrphans();
        System.out.println("cut connections of " + kind);
        System.out.print(tally);
        System.out.printf(
                "connections: %d, cut %d, held by a black hole %d%n",
                proxy.accepted(), proxy.befallen(), proxy.swallowed());
        assertThat(oracle.wrong()).isEmpty();
        assertThat(proxy.befallen() + proxy.swallowed()).isGreaterThan(troubles);
    }
}
