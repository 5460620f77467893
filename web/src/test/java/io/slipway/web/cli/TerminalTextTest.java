package io.slipway.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.web.cli.TerminalText.Keep;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

final class TerminalTextTest {
    private static final String CLOSE = "\033]8;;\033\\";

    /// What is left, whether it comes at once or byte by byte.
    private static String left(Keep keep, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        TerminalText whole = new TerminalText(keep);
        String left = whole.take(bytes, bytes.length) + whole.end();
        TerminalText split = new TerminalText(keep);
        StringBuilder parts = new StringBuilder();
        for (byte b : bytes) {
            parts.append(split.take(new byte[] {b}, 1));
        }
        assertThat(parts.append(split.end())).hasToString(left);
        return left;
    }

    @Test
    void linksToTheWebAreKeptWithColours() {
        String link = "see \033]8;;https://ci.example/7?a=b\033\\run 7" + CLOSE + " now";
        assertThat(left(Keep.COLOURS, link)).isEqualTo(link);
        assertThat(left(Keep.COLOURS, "\033]8;id=x;http://a\007b\033]8;;\007c"))
                .isEqualTo("\033]8;;http://a\033\\b" + CLOSE + "c");
        assertThat(left(Keep.COLOURS, "\033[1;31mred\033[0m"))
                .isEqualTo("\033[1;31mred\033[0m\033[0m");
        assertThat(left(Keep.TEXT, link)).isEqualTo("see run 7 now");
    }

    @Test
    void otherLinksAndSequencesAreText() {
        for (String url :
                new String[] {
                    "file:///etc/passwd",
                    "javascript:alert(1)",
                    "ssh://a",
                    "https://a b",
                    "https://a\u202eb",
                    "https://" + "a".repeat(3_000)
                }) {
            assertThat(left(Keep.COLOURS, "\033]8;;" + url + "\033\\x" + CLOSE))
                    .as(url)
                    .isEqualTo("x");
        }
        assertThat(left(Keep.COLOURS, "a\033]0;title\007b\033]52;c;cm0=\033\\c\033[2Jd\033[5;5He"))
                .isEqualTo("abcde");
        assertThat(left(Keep.COLOURS, "a\033P1$r0m\033\\b\033^x\033\\c\033cd\u009b2Je\bf\rg"))
                .isEqualTo("abcd2Jefg");
    }

    @Test
    void aLinkThatIsLeftOpenEndsWithItsLine() {
        assertThat(left(Keep.COLOURS, "\033]8;;https://a\033\\b\nc"))
                .isEqualTo("\033]8;;https://a\033\\b" + CLOSE + "\nc");
        assertThat(left(Keep.COLOURS, "\033[32m\033]8;;https://a\033\\b"))
                .isEqualTo("\033[32m\033]8;;https://a\033\\b" + CLOSE + "\033[0m");
        assertThat(left(Keep.COLOURS, "\033]8;;https://a\033]8;;https://b\033\\c"))
                .as("one that is cut off by another is none")
                .isEqualTo("\033]8;;https://b\033\\c" + CLOSE);
    }
}
