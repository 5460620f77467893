package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;

class RunBlockTextTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static final String HEAD =
            "'number': 12, 'ref': 'refs/heads/main', 'commit': '9f2c1ab77', 'subject': 'Make"
                    + " refunds', 'createdAt': '2026-01-01T00:00:00Z'";

    @Test
    void whatRunsShowsHowFarItIs() {
        JsonNode run =
                json(
                        "{"
                                + HEAD
                                + ", 'state': 'running', 'endedAt': null, 'jobs': [{'id': 1,"
                                + " 'name': 'lint', 'state': 'ended', 'outcome': 'succeeded',"
                                + " 'summary': 'exit code 0', 'startedAt': '2026-01-01T00:00:01Z',"
                                + " 'endedAt': '2026-01-01T00:00:15Z'},{'id': 2, 'name': 'test',"
                                + " 'state': 'running', 'startedAt': '2026-01-01T00:00:20Z',"
                                + " 'progress': 'unit'},{'id': 3, 'name': 'image', 'state':"
                                + " 'waiting', 'waits': 'needs'},{'id': 4, 'name': 'other',"
                                + " 'state': 'queued', 'waits': 'concurrency', 'waitsDetail': 'run"
                                + " 11'}]}");
        JsonNode estimate =
                json(
                        "{'run': {'left': 110000}, 'jobs': [{'job': 2, 'expected':"
                                + " {'usually': 80000, 'left': 40000}}]}");
        assertThat(RunBlockText.of("orders", run, estimate, NOW, false))
                .isEqualTo(
                        """
                        orders  run 12  main@9f2c1ab  Make refunds
                          ◐ running for 1m 00s, about 2m left
                          ✓ lint                          14s  exit code 0
                          ◐ test                          40s  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  ~40s  unit
                          ‖ image
                          ○ other                              waits for concurrency: run 11
                        """);
    }

    @Test
    void aFailureEndsWithItsCauseAndTheNextCommands() {
        JsonNode run =
                json(
                        "{"
                                + HEAD
                                + ", 'state': 'ended', 'outcome': 'failed', 'reason': 'test failed:"
                                + " exit code 1', 'endedAt': '2026-01-01T00:00:30Z', 'jobs':"
                                + " [{'id': 1, 'name': 'test', 'state': 'ended', 'outcome':"
                                + " 'failed', 'summary': 'exit code 1', 'startedAt':"
                                + " '2026-01-01T00:00:01Z', 'endedAt': '2026-01-01T00:00:30Z'}]}");
        assertThat(RunBlockText.of("orders", run, json("{}"), NOW, false))
                .isEqualTo(
                        """
                        orders  run 12  main@9f2c1ab  Make refunds
                          ✗ failed in 30s
                          ✗ test                          29s  exit code 1
                          test failed: exit code 1
                          log    slipway logs 12 test -e
                          retry  slipway retry 12
                        """);
    }

    @Test
    void whatWaitsForSomebodySaysHowToAgree() {
        JsonNode run =
                json(
                        "{"
                                + HEAD
                                + ", 'state': 'running', 'jobs': [{'id': 1, 'name': 'web', 'state':"
                                + " 'waiting', 'waits': 'approval'}]}");
        assertThat(RunBlockText.waitsForSomebody(run)).isTrue();
        assertThat(RunBlockText.of("orders", run, json("{}"), NOW, false))
                .endsWith("next   slipway approve 12\n");
    }

    @Test
    void manyJobsFitATerminalAndWhatFailedIsAmongThoseShown() {
        StringBuilder jobs = new StringBuilder();
        for (int i = 1; i <= 40; i++) {
            jobs.append(i == 1 ? "" : ",")
                    .append("{'id': ")
                    .append(i)
                    .append(", 'name': 'unit-")
                    .append(i)
                    .append("', 'state': 'ended', 'outcome': '")
                    .append(i == 40 ? "failed" : "succeeded")
                    .append("'}");
        }
        JsonNode run = json("{" + HEAD + ", 'state': 'running', 'jobs': [" + jobs + "]}");
        String text = RunBlockText.of("orders", run, json("{}"), NOW, false);
        assertThat(text.lines().count()).isLessThan(24);
        assertThat(text).contains("✗ unit-40").contains("and 25 more jobs");
    }

    @Test
    void hostileNamesCannotMoveTheCursor() {
        JsonNode run =
                json(
                        "{"
                                + HEAD
                                + ", 'state': 'running', 'jobs': [{'id': 1, 'name':"
                                + " 'a\\u001b[2Jb\\u202ec', 'state': 'queued'}]}");
        assertThat(RunBlockText.of("orders", run, json("{}"), NOW, false))
                .doesNotContain("\u001b", "\u202e");
    }
}
