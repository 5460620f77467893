package io.slipway.engine.forge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class HeadersTest {
    @Test
    void whatProvesSomethingIsNotKept() {
        Headers headers =
                new Headers(
                        List.of(
                                Map.entry("User-Agent", "GitHub-Hookshot/1"),
                                Map.entry("Authorization", "Basic c2VjcmV0"),
                                Map.entry("Cookie", "slipway_session=secret"),
                                Map.entry("X-Gitlab-Token", "secret"),
                                Map.entry("X-Slipway-Link", "the secret of the switch"),
                                Map.entry("X-Slipway-Client", "127.0.0.1"),
                                Map.entry("X-Hub-Signature-256", "sha256=00")));

        assertThat(headers.kept())
                .isEqualTo(
                        Map.of(
                                "user-agent",
                                "GitHub-Hookshot/1",
                                "x-hub-signature-256",
                                "[proof]"));
    }
}
