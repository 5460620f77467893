package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;

/// Connections to PostgreSQL, to the engine and of the engine to the registry are cut while runs
/// are under way, at points that a seed decides: each run has its right verdict and its exact log.
@ExtendWith(DatabaseExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CutConnectionsIT {
    private static final int ROUNDS = 4;

    private final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final DatabaseAddress address;
    private Path folder;
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
        int port = freePort();
        postgres = FaultProxy.tcp(at.getPort());
        registry = FaultProxy.tcp(port);
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
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
        judged(postgres, Pusher.Kind.STEPS, 20, 8000);
    }

    @Test
    void ofTheEngine() throws Exception {
        judged(engine, Pusher.Kind.FAILS, 20, 1000);
    }

    @Test
    void ofTheRegistry() throws Exception {
        judged(registry, Pusher.Kind.SHIPS, 6, 300);
    }

    /// In each round those that are open are cut, and later one of those that are made, while a run
    /// is under way.
    private void judged(FaultProxy proxy, Pusher.Kind kind, int among, int bytes) throws Exception {
        Pusher pusher = new Pusher(slipway, kind, ledger);
        pusher.round();
        for (int i = 0; i < ROUNDS; i++) {
            int one = random.nextInt(among);
            Trouble trouble = Trouble.ending(random, bytes);
            Trouble ofOpen = Trouble.ending(random, bytes);
            long pause = random.nextLong(2500);
            proxy.each(number -> number == one ? trouble : Trouble.latency(Duration.ofMillis(1)));
            Thread push = Thread.ofVirtual().start(pusher::round);
            Thread.sleep(pause);
            proxy.open(ofOpen);
            push.join();
            proxy.calm();
        }
        pusher.end();
        Tally tally = new Tally();
        Oracle oracle = new Oracle(slipway, ledger, tally);
        oracle.judge(pusher);
        oracle.awaitNoOrphans();
        System.out.println("cut connections of " + kind);
        System.out.print(tally);
        System.out.println("connections cut: " + proxy.befallen() + " of " + proxy.accepted());
        assertThat(oracle.wrong()).isEmpty();
        assertThat(proxy.befallen()).isPositive();
    }
}
