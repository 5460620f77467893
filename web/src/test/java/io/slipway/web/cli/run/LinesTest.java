package io.slipway.web.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class LinesTest {
    /// What is shown when the text arrives byte by byte: the hardest way to cut it.
    private static List<String> shown(boolean colours, String text) {
        Lines lines = new Lines(colours);
        List<String> shown = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            shown.addAll(lines.take(new byte[] {b}));
        }
        shown.addAll(lines.end());
        return shown;
    }

    @Test
    void onlyTextAndColoursAreLeft() {
        String hostile =
                "\033[2J\033[H\033]0;title\007\033[31mred\033[0m\033[6n\033[?1049h"
                        + "\033[1;38:5:9mbold\033(B\033P1$r\033\\\u009b2Jé\b\b\n";
        assertThat(shown(false, hostile)).containsExactly("redboldB2Jé");
        assertThat(shown(true, hostile))
                .containsExactly("\033[31mred\033[0m\033[1;38:5:9mboldB2Jé\033[0m");
    }

    @Test
    void aLineThatWritesOverItselfShowsItsLastState() {
        assertThat(shown(false, "10 %\r50 %\r100 %\r\ndone\r\n\nrest"))
                .containsExactly("100 %", "done", "", "rest");
    }

    @Test
    void aLineWithoutEndIsCut() {
        assertThat(shown(false, "x".repeat(20_000)))
                .extracting(String::length)
                .containsExactly(8_192, 8_192, 3_616);
    }
}
