package io.slipway.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// A value is masked wherever the stream is split and wherever it is taken up again.
final class MaskedStreamTest {
    private static final String SECRET = "s3cr3t-value";

    @Test
    void valueIsMaskedWhereverItIsSplit() {
        String text = "a token s3cr3t-value, s3cr3t-valu and s3cr3t-s3cr3t-value\n";
        for (int piece = 1; piece <= text.length(); piece++) {
            assertThat(masked(Masks.of(List.of(SECRET)), text, piece))
                    .isEqualTo("a token [secret], s3cr3t-valu and s3cr3t-[secret]\n");
        }
    }

    @Test
    void longestCounts() {
        Masks masks = Masks.of(List.of("password", "password-and-more"));
        assertThat(masks.mask("password-and-more password-and-mor password"))
                .isEqualTo("[secret] [secret]-and-mor [secret]");
    }

    @Test
    void valuesThatOverlapAreMaskedAsOne() {
        Masks masks = Masks.of(List.of("abcdefgh", "efghijkl", "bcdefg"));
        assertThat(masks.mask("-abcdefghijkl-abcdefghijk-")).isEqualTo("-[secret]-[secret]ijk-");
    }

    @Test
    void eachLineOfALongerValueIsMasked() {
        Masks masks = Masks.of(List.of("-----BEGIN KEY-----\nMIIEvQIBADANBg\r\nab\n"));
        assertThat(masks.mask("key: MIIEvQIBADANBg, ab")).isEqualTo("key: [secret], ab");
    }

    @Test
    void base64IsMaskedAtEachOffset() {
        Masks masks = Masks.of(List.of(SECRET));
        for (String before : List.of("", "x", "xy", "xyz", "user:")) {
            String encoded =
                    Base64.getEncoder()
                            .encodeToString((before + SECRET).getBytes(StandardCharsets.UTF_8));
            String shown = masks.mask(encoded);
            assertThat(shown).as(before).contains("[secret]");
            assertThat(shown.replace("[secret]", "").length()).as(shown).isLessThanOrEqualTo(10);
        }
        String wide = "long ".repeat(40) + "value";
        String wrapped =
                Base64.getMimeEncoder(76, new byte[] {'\n'})
                        .encodeToString(wide.getBytes(StandardCharsets.UTF_8));
        assertThat(Masks.of(List.of(wide)).mask(wrapped))
                .isEqualTo("[secret]\n[secret]\n[secret]\n[secret]");
    }

    @Test
    void formInAnAddressIsMasked() {
        assertThat(Masks.of(List.of("p@ss w/rd")).mask("https://u:p%40ss%20w%2Frd@host"))
                .isEqualTo("https://u:[secret]@host");
    }

    @Test
    void shortValueIsNotMasked() {
        assertThat(Masks.of(List.of("12345", "")).mask("12345")).isEqualTo("12345");
    }

    @Test
    void manyBeginningsTakeNoMoreThanOnePass() {
        String prefix = "a".repeat(50_000);
        Masks masks = Masks.of(List.of(prefix + "b"));
        assertThat(masks.mask(prefix.repeat(20))).isEqualTo(prefix.repeat(20));
    }

    @Test
    void chainOfOverlapsIsHeldBackWithinBounds() {
        Masks masks = Masks.of(List.of("aaaaaa"));
        List<Long> ends = new ArrayList<>();
        MaskedStream stream = new MaskedStream(masks, (b, o, length, end) -> ends.add(end));
        byte[] bytes = "a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        stream.take(bytes, 0, bytes.length, bytes.length);
        assertThat(ends).hasSize(1);
        assertThat(bytes.length - ends.getFirst()).isLessThanOrEqualTo(64 * 1024);
        assertThat(masks.mask("a".repeat(1 << 20))).matches("(\\[secret\\]){16}a{0,5}");
    }

    /// Compared with the plain definition: every occurrence, those that overlap joined.
    @Test
    void anyStreamSplitAnyhowAndTakenUpAnywhereGivesTheSame() {
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                values.add(text(random, 6 + random.nextInt(5)));
            }
            StringBuilder text = new StringBuilder();
            while (text.length() < 60) {
                text.append(
                        random.nextInt(3) == 0
                                ? values.get(random.nextInt(values.size()))
                                : text(random, 1 + random.nextInt(4)));
            }
            Masks masks = Masks.of(values);
            String expected = plainly(values, text.toString());
            String label = values + " in " + text;
            assertThat(masked(masks, text.toString(), 1 + random.nextInt(9)))
                    .as(label)
                    .isEqualTo(expected);
            assertThat(resumed(masks, text.toString(), random)).as(label).isEqualTo(expected);
        }
    }

    /// The same of values with every form of theirs, cut short, doubled and run together.
    @Test
    void anyStreamOfFormsSplitAnyhowAndTakenUpAnywhereGivesTheSame() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                values.add(any(random, 6 + random.nextInt(20)));
            }
            List<String> forms = List.copyOf(Forms.of(values));
            StringBuilder text = new StringBuilder();
            while (text.length() < 2000) {
                String form = forms.get(random.nextInt(forms.size()));
                int from = random.nextInt(3) == 0 ? random.nextInt(form.length()) : 0;
                int to = random.nextInt(3) == 0 ? form.length() - random.nextInt(4) : form.length();
                text.append(form, Math.min(from, to), to);
                text.append(any(random, random.nextInt(12)));
            }
            Masks masks = Masks.of(values);
            String expected = plainly(forms, text.toString());
            String label = values + " in " + text;
            assertThat(masked(masks, text.toString(), 1 + random.nextInt(40)))
                    .as(label)
                    .isEqualTo(expected);
            assertThat(resumed(masks, text.toString(), random)).as(label).isEqualTo(expected);
        }
    }

    private static String any(Random random, int length) {
        String alphabet = "abz09 '\"\\/&<>$`\n+=~*;";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(2)));
        }
        return text.toString();
    }

    private static String plainly(List<String> values, String text) {
        TreeMap<Integer, Integer> parts = new TreeMap<>();
        for (String form : values) {
            for (int at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
                parts.merge(at, at + form.length(), Math::max);
            }
        }
        StringBuilder masked = new StringBuilder();
        int given = 0;
        while (!parts.isEmpty()) {
            var part = parts.pollFirstEntry();
            int end = part.getValue();
            while (!parts.isEmpty() && parts.firstKey() < end) {
                end = Math.max(end, parts.pollFirstEntry().getValue());
            }
            masked.append(text, given, part.getKey()).append("[secret]");
            given = end;
        }
        return masked.append(text.substring(given)).toString();
    }

    private static String masked(Masks masks, String text, int piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MaskedStream stream = new MaskedStream(masks, (b, o, l, end) -> out.write(b, o, l));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += piece) {
            int length = Math.min(piece, bytes.length - at);
            stream.take(bytes, at, length, at + length);
        }
        stream.end();
        return out.toString(StandardCharsets.UTF_8);
    }

    /// Each time the reader is lost at some point, what was held back with it.
    private static String resumed(Masks masks, String text, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long[] stored = {0};
        boolean done = false;
        while (!done) {
            MaskedStream stream =
                    new MaskedStream(
                            masks,
                            (b, o, l, end) -> {
                                out.write(b, o, l);
                                stored[0] = end;
                            });
            int at = (int) stored[0];
            done = true;
            while (at < bytes.length && done) {
                int length = Math.min(1 + random.nextInt(12), bytes.length - at);
                stream.take(bytes, at, length, at + length);
                at += length;
                done = random.nextInt(4) > 0;
            }
            if (done) {
                stream.end();
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
