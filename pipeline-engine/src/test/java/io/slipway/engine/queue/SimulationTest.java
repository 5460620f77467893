package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

/// Whatever is late, lost, paused, killed and deaf: one verdict for each attempt, no line twice,
/// nobody works on beside whoever took over, everything ends, what somebody refused never begins,
/// and each instant of a schedule starts one run. 20,000 schedules, each by its seed; the seed of
/// one that fails is printed and plays it again (`-Dsimulation.seed=...`).
final class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 20_000);

    @Test
    void nothingIsLostAndNothingHappensTwiceUnderAnySchedule() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            assertThat(new Simulation(only).play()).as("seed " + only).isEmpty();
            return;
        }
        int claims = 0;
        int takenOver = 0;
        int refused = 0;
        int lostByClock = 0;
        int cancelled = 0;
        int waitedForApproval = 0;
        int endedByForce = 0;
        int refusals = 0;
        int expired = 0;
        int tooLate = 0;
        int fired = 0;
        int firedByAnother = 0;
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            Simulation schedule = new Simulation(seed);
            List<String> broken = schedule.play();
            assertThat(broken).as("seed " + seed + " (-Dsimulation.seed=" + seed + ")").isEmpty();
            claims += schedule.claims;
            takenOver += schedule.takenOver;
            refused += schedule.refused;
            lostByClock += schedule.lostByClock;
            cancelled += schedule.cancelled;
            waitedForApproval += schedule.waitedForApproval;
            endedByForce += schedule.endedByForce;
            refusals += schedule.approvals.refusals;
            expired += schedule.approvals.expired;
            tooLate += schedule.approvals.tooLate;
            fired += schedule.schedules.fired;
            firedByAnother += schedule.schedules.firedByAnother;
        }
        System.out.printf(
                "%d schedules: %d claims, %d taken over, %d stale writes refused, %d stopped by"
                    + " their own clock, %d cancelled while they ran, %d ended though they did not"
                    + " stop, %d held back for approval, %d refused, %d to which nobody said"
                    + " anything in time, %d words that came too late, %d instants of schedules, %d"
                    + " that another server had taken%n",
                SCHEDULES,
                claims,
                takenOver,
                refused,
                lostByClock,
                cancelled,
                endedByForce,
                waitedForApproval,
                refusals,
                expired,
                tooLate,
                fired,
                firedByAnother);
        assertThat(
                        List.of(
                                takenOver,
                                refused,
                                lostByClock,
                                cancelled,
                                endedByForce,
                                waitedForApproval,
                                refusals,
                                expired,
                                tooLate,
                                fired,
                                firedByAnother))
                .allSatisfy(count -> assertThat(count).isGreaterThan(SCHEDULES / 100));
    }
}
