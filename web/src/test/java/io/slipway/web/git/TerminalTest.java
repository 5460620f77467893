package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class TerminalTest {
    private final List<String> lines = new ArrayList<>();
    private final Terminal terminal = new Terminal(lines::add);

    @Test
    void aLongLineOfOutputIsToldToItsEnd() {
        terminal.wrapped(
                "  java.lang.IllegalStateException: the table orders has no column customer_id,"
                        + " which the version that was rolled out needs");

        assertThat(lines)
                .containsExactly(
                        "  java.lang.IllegalStateException: the table orders has no column",
                        "    customer_id, which the version that was rolled out needs");
    }

    @Test
    void aWordWithoutEndIsBrokenBetweenCharacters() {
        terminal.wrapped("\uD83D\uDE80".repeat(100));

        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo("\uD83D\uDE80".repeat(72));
    }
}
