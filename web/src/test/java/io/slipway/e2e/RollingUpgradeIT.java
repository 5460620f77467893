package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Servers that are upgraded one after the other.
@Tag("kill")
@ExtendWith(DatabaseExtension.class)
class RollingUpgradeIT extends TwoServers {
    RollingUpgradeIT(Database database, DatabaseAddress address) {
        super(database, address);
    }

    /// Each server is stopped in turn and comes back, as an upgrade does it, while jobs run: the
    /// other goes on with the same containers, and no run sees anything of it.
    @Test
    void aRollingUpgradeFailsNoRun() throws Exception {
        List<Pusher> pushers =
                Stream.of(Pusher.Kind.STEPS, Pusher.Kind.FAILS)
                        .map(kind -> new Pusher(first, kind, ledger).begin())
                        .toList();
        Git git = first.repository("long");
        git.write(".slipway.yml", longJob()).commit("First");
        Thread push = Thread.ofVirtual().start(() -> git.run("push", "slipway", "HEAD:main"));
        Await.until("it prints", () -> linesOfLong().size() > 1 && !longContainer().isEmpty());
        String container = longContainer();
        for (int i = 0; i < 4; i++) {
            // The one that has the long job, so that it is handed over each time.
            Slipway victim = holder("long").orElse("").equals(identity(second)) ? second : first;
            long begin = System.nanoTime();
            victim.stop();
            Await.until("all that it had is another's", () -> held(victim) == 0);
            int millis = (int) ((System.nanoTime() - begin) / 1_000_000);
            tally.add(
                    "longest handover, in ms",
                    Math.max(0, millis - tally.of("longest handover, in ms")));
            assertThat(longContainer()).isEqualTo(container);
            victim.startAgain();
        }
        ledger.release();
        push.join();
        for (Pusher pusher : pushers) {
            pusher.end();
        }
        Await.until("the long job ended", () -> holder("long").isEmpty());
        Oracle oracle = new Oracle(first, ledger, tally);
        pushers.forEach(oracle::judge);
        oracle.awaitNoOrphans();
        System.out.print(tally);
        assertThat(oracle.wrong()).isEmpty();
        assertThat(tally.of("longest handover, in ms")).isLessThan(10_000);
        assertThat(first.api("/projects/long/runs/1").path("outcome").asString())
                .isEqualTo("succeeded");
        List<String> lines = linesOfLong();
        assertThat(lines)
                .isEqualTo(
                        IntStream.rangeClosed(1, lines.size())
                                .mapToObj(Integer::toString)
                                .toList());
        assertThat(triesAndExpiries()).as("second tries, holders that vanished").isEqualTo("0 0");
    }

    private String longJob() {
        StringBuilder file =
                new StringBuilder("jobs:\n  job:\n    image: busybox\n    steps:\n      - |\n");
        ledger.untilReleased()
                .lines()
                .forEach(line -> file.append("        ").append(line).append('\n'));
        return file + "apps: {}\n";
    }

    private String longContainer() {
        return first.engine().jobs(first.instance()).stream()
                .filter(found -> "long".equals(found.getLabels().get("slipway.project")))
                .map(Container::getId)
                .findFirst()
                .orElse("");
    }

    private Optional<String> holder(String project) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select coalesce(a.server_id::text, '') as holder
                                from attempts a join projects p on p.id = a.project_id
                                where p.name = ? and a.state = 'running'
                                """,
                                row -> row.text("holder"),
                                project));
    }

    private String triesAndExpiries() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select count(*) filter (where number > 1) || ' ' || sum(expiries) as bad
                                from attempts
                                """,
                                row -> row.text("bad")));
    }

    private List<String> linesOfLong() {
        long job = first.api("/projects/long/runs/1").path("jobs").path(0).path("id").asLong();
        List<String> lines = new ArrayList<>();
        first.api("/jobs/" + job + "/attempts/1/log/lines?count=2000")
                .path("lines")
                .forEach(line -> lines.add(line.asString()));
        return lines;
    }
}
