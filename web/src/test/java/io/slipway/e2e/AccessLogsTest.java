package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.e2e.AccessLogs.Finding;
import io.slipway.e2e.AccessLogs.Live;
import io.slipway.e2e.AccessLogs.Released;
import io.slipway.e2e.RegistryLog.Put;
import io.slipway.e2e.Visitor.Away;
import io.slipway.e2e.Visitor.Visit;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Each thing that is to be found is found.
class AccessLogsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Released RELEASED =
            new Released("c1", "ships/ships@sha256:a", NOON, NOON.plusSeconds(10));
    private static final Put PUT = new Put("ships/ships", "c1", "sha256:a", "sha256:config", 201);
    private static final Set<String> BUILDS = Set.of("ships/ships:c1");

    private static final List<Live> LIVE = List.of(new Live(1, 100), new Live(2, 200));
    private static final AppLog LOG =
            new AppLog(Map.of(1, Set.of("unnamed", "1"), 2, Set.of("unnamed", "2", "3")));
    private static final Visit FIRST = new Visit(1, 110, 120, 200, "round 1");
    private static final Visit SECOND = new Visit(2, 210, 220, 200, "round 2");

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        assertThat(ofRegistry(List.of(PUT), List.of())).isEmpty();
        assertThat(AccessLogs.ofContainer("sha256:config", "c1", List.of(PUT), List.of()))
                .isEmpty();
        assertThat(ofApp(List.of(FIRST, SECOND), List.of())).isEmpty();
    }

    @Test
    void imagesThatNobodyPut() {
        assertThat(ofRegistry(List.of(), List.of())).containsExactly(AccessLogs.NOBODY_PUT);
        Put refused = new Put("ships/ships", "c1", "sha256:a", "", 503);
        Put cutOff = new Put("ships/ships", "c1", "sha256:a", "", 0);
        Put another = new Put("ships/ships", "c1", "sha256:b", "", 201);
        assertThat(ofRegistry(List.of(refused, cutOff, another), List.of()))
                .containsExactly(AccessLogs.NOBODY_PUT);
    }

    @Test
    void onlyARegistryThatWasAwayMeanwhileExcusesAnImage() {
        assertThat(ofRegistry(List.of(), List.of(NOON.plusSeconds(5)))).isEmpty();
        assertThat(ofRegistry(List.of(), List.of(NOON.minusSeconds(1), NOON.plusSeconds(11))))
                .containsExactly(AccessLogs.NOBODY_PUT);
        assertThat(
                        AccessLogs.overTheEngine(
                                List.of(RELEASED), List.of(), List.of(NOON.plusSeconds(5))))
                .containsExactly(RELEASED);
        assertThat(
                        AccessLogs.overTheEngine(
                                List.of(RELEASED), List.of(PUT), List.of(NOON.plusSeconds(5))))
                .isEmpty();
    }

    @Test
    void manifestsThatNoRunHadToPut() {
        Put ofFailed = new Put("fails/app", "c9", "sha256:f", "", 201);
        assertThat(ofRegistry(List.of(PUT, ofFailed), List.of()))
                .containsExactly(AccessLogs.PUT_FOR_NONE);
    }

    @Test
    void containersOfImagesThatNobodyPut() {
        assertThat(AccessLogs.ofContainer("sha256:other", "c1", List.of(PUT), List.of()))
                .hasSize(1);
        assertThat(AccessLogs.ofContainer("sha256:config", "c2", List.of(PUT), List.of()))
                .hasSize(1);
        assertThat(AccessLogs.ofContainer("sha256:x", "c1", List.of(), List.of(RELEASED)))
                .isEmpty();
    }

    @Test
    void answersOfAnOlderRelease() {
        Visit late = new Visit(1, 201, 230, 200, "round 1");
        assertThat(ofApp(List.of(late), List.of())).containsExactly(AccessLogs.OLDER);
        // Whoever asked before it was live may get either.
        Visit between = new Visit(1, 199, 230, 200, "round 1");
        assertThat(ofApp(List.of(between), List.of())).isEmpty();
        Visit early = new Visit(3, 150, 160, 200, "round 2");
        assertThat(ofApp(List.of(early), List.of())).isEmpty();
    }

    @Test
    void answersThatTheAppDidNotGive() {
        Visit forged = new Visit(2, 110, 120, 200, "round 1");
        assertThat(ofApp(List.of(forged), List.of())).containsExactly(AccessLogs.UNKNOWN);
        Visit other = new Visit(1, 110, 120, 200, "welcome");
        assertThat(ofApp(List.of(other), List.of()))
                .containsExactly(AccessLogs.UNKNOWN, AccessLogs.OLDER);
    }

    @Test
    void requestsWithoutAnAnswerThatNoKillExplains() {
        Visit unanswered = new Visit(9, 130, 140, 0, "closed");
        Visit refused = new Visit(10, 150, 160, 503, "");
        assertThat(ofApp(List.of(unanswered, refused), List.of()))
                .containsExactly(AccessLogs.UNANSWERED, AccessLogs.UNANSWERED);
        assertThat(ofApp(List.of(unanswered, refused), List.of(new Away(135, 145))))
                .containsExactly(AccessLogs.UNANSWERED);
        assertThat(ofApp(List.of(unanswered, refused), List.of(new Away(135, 155)))).isEmpty();
        // Nothing was to be there yet.
        assertThat(ofApp(List.of(new Visit(1, 10, 20, 404, "")), List.of())).isEmpty();
    }

    @Test
    void releasesThatNobodyAskedAndVersionsThatWereNotReleased() {
        List<Live> third = List.of(new Live(1, 100), new Live(2, 200), new Live(3, 300));
        assertThat(whats(AccessLogs.ofApp(third, List.of(), List.of(), LOG, Set.of(1, 2, 3))))
                .containsExactly(AccessLogs.SILENT);
        assertThat(whats(AccessLogs.ofApp(LIVE, List.of(), List.of(), LOG, Set.of(1))))
                .containsExactly(AccessLogs.NOT_RELEASED);
    }

    @Test
    void theLongestTimeWithoutAnAnswer() {
        Visit unanswered = new Visit(2, 130, 140, 0, "");
        Visit again = new Visit(3, 150, 160, 0, "");
        Visit answered = new Visit(4, 170, 190, 200, "round 1");
        assertThat(AccessLogs.longestGap(LIVE, List.of(FIRST, unanswered, again, answered)))
                .isEqualTo(70);
        assertThat(AccessLogs.longestGap(LIVE, List.of(FIRST, answered))).isZero();
    }

    @Test
    void anAppsOwnLogIsPartOfTheLedger() {
        AppLog log =
                AppLog.of(
                        Map.of(
                                "/-/app/1/unnamed",
                                3,
                                "/-/app/1/17",
                                1,
                                "/-/app/2/18",
                                2,
                                "/steps/1/0",
                                1,
                                "/-/gate",
                                1));
        assertThat(log.rounds()).isEqualTo(Map.of(1, Set.of("unnamed", "17"), 2, Set.of("18")));
        assertThat(log.isOf(1, 17)).isTrue();
        assertThat(log.isOf(2, 17)).isFalse();
        assertThat(log.size()).isEqualTo(3);
    }

    private static List<String> ofRegistry(List<Put> puts, List<Instant> away) {
        return whats(AccessLogs.ofRegistry(List.of(RELEASED), puts, away, BUILDS));
    }

    private static List<String> ofApp(List<Visit> visits, List<Away> away) {
        return whats(AccessLogs.ofApp(LIVE, visits, away, LOG, Set.of(1, 2)));
    }

    private static List<String> whats(List<Finding> findings) {
        return findings.stream().map(Finding::what).toList();
    }
}
