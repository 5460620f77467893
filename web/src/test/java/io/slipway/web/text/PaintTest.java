package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaintTest {
    @Test
    void marksAreColouredWhereALineOrAColumnBegins() {
        String text =
                """
                ✗ orders #7  main  ✓ at the begin of a column
                  ◐ test     40s
                late  ✓ #4   ‖ waits  ○ queued  – skipped
                a ✓ b–c
                """;
        assertThat(Paint.marks(text, true))
                .isEqualTo(
                        """
                        \033[31m✗\033[0m orders #7  main  \033[32m✓\033[0m at the begin of a column
                          \033[34m◐\033[0m test     40s
                        late  \033[32m✓\033[0m #4   \033[33m‖\033[0m waits  \033[2m○\033[0m queued  \033[2m–\033[0m skipped
                        a ✓ b–c
                        """);
        assertThat(Paint.marks(text, false)).isSameAs(text);
    }
}
