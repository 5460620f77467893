package io.slipway.runners.kubernetes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer.Answer;

import org.junit.jupiter.api.Test;

/// What nodes say of a question for health, in Slipway's words.
class ReadinessTest {
    private static final Health PATH = new Health("/healthz", 1_000, 250);
    private static final Health NONE = new Health(null, 1_000, 250);

    @Test
    void anAnswerIsToldWithItsStatus() {
        assertThat(
                        Readiness.probe(
                                "",
                                "Readiness probe failed: HTTP probe failed with statuscode: 503",
                                8080,
                                PATH))
                .isEqualTo(new Answer(false, true, true, "GET /healthz answered 503"));
    }

    @Test
    void aPortThatNobodyListensOnIsNamed() {
        assertThat(
                        Readiness.probe(
                                "1 of 2 pods are ready; ",
                                "Readiness probe failed: dial tcp 10.77.0.9:8080: connect:"
                                        + " connection refused",
                                8080,
                                NONE))
                .isEqualTo(
                        new Answer(
                                false,
                                false,
                                false,
                                "1 of 2 pods are ready; nothing accepts a connection at port"
                                        + " 8080"));
    }

    @Test
    void whatIsNotKnownIsInTheNodesWords() {
        assertThat(
                        Readiness.probe(
                                        "",
                                        "Readiness probe failed: Get"
                                            + " \"http://10.77.0.9:8080/healthz\": context deadline"
                                            + " exceeded (Client.Timeout exceeded while awaiting"
                                            + " headers)",
                                        8080,
                                        PATH)
                                .text())
                .isEqualTo(
                        "GET /healthz got no answer: context deadline exceeded (Client.Timeout"
                                + " exceeded while awaiting headers)");
    }
}
