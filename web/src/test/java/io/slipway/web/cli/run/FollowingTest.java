package io.slipway.web.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

class FollowingTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void aSecretWithoutAValueIsGivenOnTheCommandLine() {
        Map<String, Object> evidence =
                Map.of(
                        "missing",
                        List.of("API_TOKEN", "KEY"),
                        "remedy",
                        "slipway config set API_TOKEN --secret -p shop");

        assertThat(Following.remedy(JSON.valueToTree(evidence)))
                .isEqualTo("slipway run --secret API_TOKEN --secret KEY");
    }

    @Test
    void anyOtherRemedyStaysAsItIs() {
        assertThat(Following.remedy(JSON.valueToTree(Map.of("remedy", "free some space"))))
                .isEqualTo("free some space");
        assertThat(Following.remedy(JSON.valueToTree(Map.of()))).isEmpty();
    }
}
