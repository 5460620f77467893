package io.slipway.engine.log;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntFunction;

/// The forms in which values are printed by accident. Of each value, and of each of its lines: as
/// it stands, and as it is written in an address, in JSON, in XML and for a shell. Of the value
/// also its hexadecimal digits and its base64 form: at each of the three offsets that what stands
/// before it can give it, padded or not, in both alphabets, and as programs break it into lines of
/// 64 or 76.
final class Forms {
    /// A shorter form is left out: half of a log would be masked.
    static final int SHORTEST = 6;

    private static final int[] BASE64_LINES = {64, 76};
    private static final String LETTERS_AND_DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// What encoders of addresses leave as it is: RFC 3986, JavaScript's encodeURIComponent and
    /// encodeURI, Python's quote.
    private static final String[] LEFT_IN_ADDRESSES = {
        LETTERS_AND_DIGITS + "-._~",
        LETTERS_AND_DIGITS + "-_.!~*'()",
        LETTERS_AND_DIGITS + "-_.!~*'();/?:@&=+$,#",
        LETTERS_AND_DIGITS + "-._~/"
    };

    private static final String LEFT_BY_SHELLS = LETTERS_AND_DIGITS + "_./:=@%+,-";

    private final Set<String> forms = new LinkedHashSet<>();

    private Forms() {}

    /// All forms of these values with at least [#SHORTEST] characters.
    static Set<String> of(Collection<String> values) {
        Forms all = new Forms();
        for (String value : values) {
            all.text(value);
            value.lines().map(String::strip).filter(line -> !line.equals(value)).forEach(all::text);
            all.hex(value);
            all.base64(value);
        }
        return all.forms;
    }

    private void put(String form) {
        if (form.length() >= SHORTEST) {
            forms.add(form);
        }
    }

    private void text(String value) {
        put(value);
        if (value.length() < SHORTEST) {
            return;
        }
        address(value);
        json(value);
        xml(value);
        shell(value);
    }

    private void address(String value) {
        String form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        put(form);
        put(form.replace("+", "%20"));
        for (String left : LEFT_IN_ADDRESSES) {
            put(percent(value, left, HexFormat.of().withUpperCase()));
            put(percent(value, left, HexFormat.of()));
        }
    }

    private static String percent(String value, String left, HexFormat hex) {
        StringBuilder form = new StringBuilder();
        for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
            if (left.indexOf((char) one) >= 0) {
                form.append((char) one);
            } else {
                form.append('%').append(hex.toHexDigits(one));
            }
        }
        return form.toString();
    }

    private static String each(String value, IntFunction<String> written) {
        StringBuilder form = new StringBuilder();
        value.chars().forEach(with -> form.append(written.apply(with)));
        return form.toString();
    }

    private void json(String value) {
        String plain = each(value, Forms::inJson);
        String ascii = each(plain, with -> with < 0x7f ? "" + (char) with : unicode(with));
        for (String form : new String[] {plain, ascii}) {
            put(form);
            put(form.replace("/", "\\/"));
            put(each(form, with -> "<>&".indexOf(with) >= 0 ? unicode(with) : "" + (char) with));
        }
    }

    private static String inJson(int with) {
        return switch (with) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> with < ' ' ? unicode(with) : "" + (char) with;
        };
    }

    private static String unicode(int with) {
        return "\\u" + HexFormat.of().toHexDigits((char) with);
    }

    private void xml(String value) {
        String least = value.replace("&", "&amp;").replace("<", "&lt;");
        String text = least.replace(">", "&gt;");
        put(least);
        put(text);
        for (String from : new String[] {least, text}) {
            for (String quote : new String[] {"\"", "&quot;", "&#34;", "&#x22;"}) {
                for (String single : new String[] {"'", "&apos;", "&#39;", "&#x27;"}) {
                    put(from.replace("'", single).replace("\"", quote));
                }
            }
        }
    }

    private void shell(String value) {
        put(value.replace("'", "'\\''"));
        put(value.replace("'", "'\"'\"'"));
        put(each(value, with -> ("\\\"$`".indexOf(with) >= 0 ? "\\" : "") + (char) with));
        put(
                each(
                        value,
                        with ->
                                (LEFT_BY_SHELLS.indexOf(with) < 0 && with < 0x7f ? "\\" : "")
                                        + (char) with));
        put(each(value, Forms::inDollarQuotes));
    }

    private static String inDollarQuotes(int with) {
        return switch (with) {
            case '\'' -> "\\'";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> "" + (char) with;
        };
    }

    private void hex(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        put(HexFormat.of().formatHex(bytes));
        put(HexFormat.of().withUpperCase().formatHex(bytes));
    }

    private void base64(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String padded = Base64.getEncoder().encodeToString(shifted);
            String plain = padded.replace("=", "");
            // Only what the value alone decides: whatever stands before it, and after it.
            int from = (before * 8 + 5) / 6;
            if (plain.length() > from) {
                alphabets(padded.substring(from));
                alphabets(plain.substring(from));
                alphabets(plain.substring(from, shifted.length * 8 / 6));
            }
        }
        String whole = Base64.getEncoder().encodeToString(bytes);
        Arrays.stream(BASE64_LINES).forEach(length -> broken(whole, length));
    }

    private void broken(String base64, int length) {
        for (int at = 0; at < base64.length(); at += length) {
            alphabets(base64.substring(at, Math.min(at + length, base64.length())));
        }
    }

    private void alphabets(String base64) {
        put(base64);
        put(base64.replace('+', '-').replace('/', '_'));
    }
}
