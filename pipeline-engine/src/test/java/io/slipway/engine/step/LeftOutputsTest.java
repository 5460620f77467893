package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.log.Masks;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class LeftOutputsTest {
    private final LeftOutputs outputs = new LeftOutputs(Masks.NONE);

    @Test
    void aFileOfMistakesIsNotToldLineByLine() {
        for (int i = 0; i < 1000; i++) {
            line("SLIPWAY_" + i + "=");
        }
        assertThat(outputs.complaints())
                .hasSize(21)
                .startsWith(
                        "slipway: SLIPWAY_0 in SLIPWAY_OUTPUT is a name of Slipway's own and is"
                                + " left out")
                .endsWith("slipway: there is more in SLIPWAY_OUTPUT that is left out");
    }

    /// The starter's shell may count characters.
    @Test
    void bytesCountAndNotCharacters() {
        line("A=" + "\u20ac".repeat(Starter.LARGEST_OUTPUT / 6));
        line("B=" + "\u20ac".repeat(Starter.LARGEST_OUTPUT / 6));
        line("C=");
        assertThat(outputs.values()).containsOnlyKeys("A");
        assertThat(outputs.complaints())
                .containsExactly(
                        "slipway: SLIPWAY_OUTPUT goes on after 1 MiB, which is too much, and is"
                                + " left out");
    }

    private void line(String text) {
        outputs.line(text.getBytes(StandardCharsets.UTF_8));
    }
}
