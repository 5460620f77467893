package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DeliveryTextTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void whatAForgeSentCannotSteerATerminal() {
        String text =
                DeliveryText.one(
                        json(
                                """
                                {"project":"shop","webhook":{"receivedAt":"2026-11-23T02:10:03Z","forge":"github",
                                "event":"push","sender":"\\u001b[31mada","state":"settled","verdict":"started","runs":[7]},
                                "headers":{"user-agent":"x\\u001b[2J"},
                                "body":"{\\"a\\": \\"\\u001b]0;title\\u0007\\",\\n\\"b\\": \\"\\u202e\\"}","size":70000,"whole":false}
                                """));
        assertThat(text)
                .isEqualTo(
                        """
                        project   shop
                        received  2026-11-23 02:10:03
                        event     github push
                        sender     [31mada
                        became    run 7

                        user-agent: x [2J

                        {"a": " ]0;title ",
                        "b": " "}
                        (of 70000 bytes)
                        """);
    }
}
