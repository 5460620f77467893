package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;

class RunLineTextTest {
    private static final JsonNode RUN =
            JsonMapper.shared()
                    .readTree(
                            """
                            {'number': 1842, 'ref': 'refs/heads/main', 'commit': '9f2c1ab0d4', 'subject': 'Make refunds\\u001b[2J idempotent',
                             'state': 'ended', 'outcome': 'failed', 'reason': 'integration failed: 1 of 212 tests',
                             'createdAt': '2026-11-23T02:10:03.2Z', 'endedAt': '2026-11-23T02:11:27.9Z', 'jobs': [
                              {'name': 'compile', 'outcome': 'succeeded', 'summary': null, 'startedAt': '2026-11-23T02:10:08Z', 'endedAt': '2026-11-23T02:10:30Z'},
                              {'name': 'integration', 'outcome': 'failed', 'summary': 'exit code 1', 'startedAt': '2026-11-23T02:10:32Z', 'endedAt': '2026-11-23T02:11:27Z'},
                              {'name': 'scan', 'outcome': 'skipped', 'summary': 'integration failed', 'startedAt': null, 'endedAt': '2026-11-23T02:11:27Z'},
                              {'name': 'rollout orders', 'environment': 'production', 'waits': 'approval', 'waitsDetail': 'maintainers'},
                              {'name': 'fork', 'waits': 'trust', 'waitsDetail': 'somebody who may roll out'}]}
                            """
                                    .replace('\'', '"'));

    @Test
    void eachThingThatHappensIsALineWithItsTime() {
        Instant now = Instant.parse("2026-11-23T02:12:00Z");
        StringBuilder text = new StringBuilder(RunLineText.begins("orders", RUN)).append('\n');
        for (JsonNode job : RUN.path("jobs")) {
            boolean asks = job.path("waits").isString();
            text.append(
                            asks
                                    ? RunLineText.asks("orders", RUN, job, now)
                                    : RunLineText.ended("orders", RUN, job))
                    .append('\n');
        }
        text.append(RunLineText.over("orders", RUN, "https://slipway.example/orders/runs/1842"));

        assertThat(text.toString())
                .isEqualTo(
                        """
                        02:10:03 orders 1842 run              main@9f2c1ab Make refunds [2J idempotent
                        02:10:30 orders 1842 compile          passed 22s
                        02:11:27 orders 1842 integration      FAILED 55s  exit code 1
                        02:11:27 orders 1842 scan             skipped  integration failed
                        02:12:00 orders 1842 rollout orders   waits for approval by maintainers: slipway approve 1842 production
                        02:12:00 orders 1842 fork             waits for trust, by somebody who may roll out: slipway approve 1842
                        02:11:27 orders 1842 run              FAILED 1m 24s  integration failed: 1 of 212 tests  https://slipway.example/orders/runs/1842\
                        """);
    }
}
