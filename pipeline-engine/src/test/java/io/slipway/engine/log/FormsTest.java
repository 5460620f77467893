package io.slipway.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// What other programs make of a value is masked, whoever wrote the program.
final class FormsTest {
    private static final String VALUE = "pa'ss \"w\\ord\"/<é&$`~1>";

    private final Masks masks = Masks.of(List.of(VALUE));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void wholeIsMasked(String written) {
        assertThat(masks.mask("<" + written + ">")).as(written).isEqualTo("<[secret]>");
    }

    @Test
    void hexadecimalDigits() {
        wholeIsMasked(HexFormat.of().formatHex(bytes(VALUE)));
        wholeIsMasked(HexFormat.of().withUpperCase().formatHex(bytes(VALUE)));
    }

    @Test
    void base64AtEachOffsetInBothAlphabetsWithAndWithoutPadding() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            byte[] around = new byte[random.nextInt(9)];
            random.nextBytes(around);
            byte[] value = new byte[9 + random.nextInt(40)];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) (' ' + random.nextInt(95));
            }
            String text = new String(value, StandardCharsets.UTF_8);
            int before = around.length == 0 ? 0 : random.nextInt(around.length);
            byte[] all = new byte[around.length + value.length];
            System.arraycopy(around, 0, all, 0, before);
            System.arraycopy(value, 0, all, before, value.length);
            System.arraycopy(around, before, all, before + value.length, around.length - before);
            Masks own = Masks.of(List.of(text));
            for (Base64.Encoder encoder :
                    List.of(
                            Base64.getEncoder(),
                            Base64.getUrlEncoder(),
                            Base64.getEncoder().withoutPadding(),
                            Base64.getUrlEncoder().withoutPadding())) {
                String shown = own.mask(encoder.encodeToString(all));
                assertThat(shown).as(text).contains("[secret]");
                // What remains says of the value less than its first and its last character.
                int most = (before * 8 + 5) / 6 + ((around.length - before) * 8 + 5) / 6 + 4;
                assertThat(shown.replace("[secret]", "").length())
                        .as(text + " in " + shown)
                        .isLessThanOrEqualTo(most);
            }
        }
    }

    @Test
    void base64InLines() {
        String value = "a long value with many words ".repeat(9).strip();
        for (int length : new int[] {64, 76}) {
            String lines =
                    Base64.getMimeEncoder(length, new byte[] {'\n'}).encodeToString(bytes(value));
            assertThat(Masks.of(List.of(value)).mask(lines))
                    .matches("(\\[secret\\]\n)+\\[secret\\]");
        }
    }

    @Test
    void addresses() throws URISyntaxException {
        wholeIsMasked(URLEncoder.encode(VALUE, StandardCharsets.UTF_8));
        wholeIsMasked(URLEncoder.encode(VALUE, StandardCharsets.UTF_8).replace("+", "%20"));
        // encodeURIComponent, quote of Python and of curl, as those programs print them
        wholeIsMasked("pa'ss%20%22w%5Cord%22%2F%3C%C3%A9%26%24%60~1%3E");
        wholeIsMasked("pa%27ss%20%22w%5Cord%22/%3C%C3%A9%26%24%60~1%3E");
        wholeIsMasked("pa%27ss%20%22w%5cord%22%2f%3c%c3%a9%26%24%60~1%3e");
        String path = new URI("http", "host", "/p@ss word", null).toASCIIString();
        assertThat(Masks.of(List.of("p@ss word")).mask(path)).isEqualTo("http://host/[secret]");
    }

    @Test
    void json() {
        String plain = JsonMapper.builder().build().writeValueAsString(VALUE + "\n");
        String ascii =
                JsonMapper.builder()
                        .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                        .build()
                        .writeValueAsString(VALUE);
        assertThat(Masks.of(List.of(VALUE + "\n")).mask(plain)).isEqualTo("\"[secret]\"");
        assertThat(masks.mask(ascii.toLowerCase(Locale.ROOT))).isEqualTo("\"[secret]\"");
        // json.Marshal of Go and json_encode of PHP
        wholeIsMasked("pa'ss \\\"w\\\\ord\\\"/\\u003cé\\u0026$`~1\\u003e");
        wholeIsMasked("pa'ss \\\"w\\\\ord\\\"\\/<\\u00e9&$`~1>");
    }

    @Test
    void xml() {
        wholeIsMasked("pa'ss \"w\\ord\"/&lt;é&amp;$`~1&gt;");
        wholeIsMasked("pa&apos;ss &quot;w\\ord&quot;/&lt;é&amp;$`~1&gt;");
        wholeIsMasked("pa&#39;ss &#34;w\\ord&#34;/&lt;é&amp;$`~1&gt;");
        wholeIsMasked("pa&#x27;ss &quot;w\\ord&quot;/&lt;é&amp;$`~1&gt;");
    }

    /// As `set -x`, `printf %q`, `declare` and Python's shlex print them.
    @Test
    void shell() {
        wholeIsMasked("pa'\\''ss \"w\\ord\"/<é&$`~1>");
        wholeIsMasked("pa'\"'\"'ss \"w\\ord\"/<é&$`~1>");
        wholeIsMasked("pa'ss \\\"w\\\\ord\\\"/<é&\\$\\`~1>");
        wholeIsMasked("pa\\'ss\\ \\\"w\\\\ord\\\"/\\<é\\&\\$\\`\\~1\\>");
        assertThat(Masks.of(List.of("two\nlines'")).mask("$'two\\nlines\\''"))
                .isEqualTo("$'[secret]'");
    }

    @Test
    void eachLineInItsForms() {
        Masks two = Masks.of(List.of("first<one\nsecond&two"));
        assertThat(two.mask("first<one first&lt;one second%26two second\\&two"))
                .isEqualTo("[secret] [secret] [secret] [secret]");
    }
}
