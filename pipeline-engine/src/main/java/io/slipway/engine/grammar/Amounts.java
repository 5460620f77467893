package io.slipway.engine.grammar;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Amounts as the file writes them. Everything is refused that is not exactly one of the forms.
public final class Amounts {
    static final String DURATION = "([0-9]{1,6}(ms|s|m|h|d))+";
    static final String SIZE = "[0-9]{1,15}(k|K|M|G|T|Ki|Mi|Gi|Ti)?";
    static final String CPU = "[0-9]{1,6}m|[0-9]{1,4}(\\.[0-9]{1,3})?";
    static final String WHOLE = "0|[1-9][0-9]{0,9}";

    private static final Pattern PART = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");
    private static final Map<String, Long> UNITS =
            Map.of(
                    "", 1L,
                    "k", 1_000L,
                    "K", 1_000L,
                    "M", 1_000_000L,
                    "G", 1_000_000_000L,
                    "T", 1_000_000_000_000L,
                    "Ki", 1L << 10,
                    "Mi", 1L << 20,
                    "Gi", 1L << 30,
                    "Ti", 1L << 40);

    private Amounts() {}

    /// `20m`, `1h30m`, `500ms`, `7d`.
    public static Optional<Duration> duration(String text) {
        if (text.length() > 60 || !text.matches(DURATION)) {
            return Optional.empty();
        }
        Duration sum = Duration.ZERO;
        for (Matcher part = PART.matcher(text); part.find(); ) {
            long amount = Long.parseLong(part.group(1));
            sum =
                    sum.plus(
                            switch (part.group(2)) {
                                case "ms" -> Duration.ofMillis(amount);
                                case "s" -> Duration.ofSeconds(amount);
                                case "m" -> Duration.ofMinutes(amount);
                                case "h" -> Duration.ofHours(amount);
                                default -> Duration.ofDays(amount);
                            });
        }
        return Optional.of(sum);
    }

    /// Bytes: `2Gi`, `512Mi`, `100M`, `1048576`.
    public static Optional<Long> size(String text) {
        if (text.length() > 20 || !text.matches(SIZE)) {
            return Optional.empty();
        }
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        long number = Long.parseLong(text.substring(0, digits));
        Long unit = UNITS.get(text.substring(digits));
        return unit == null || number > Long.MAX_VALUE / unit
                ? Optional.empty()
                : Optional.of(number * unit);
    }

    /// Thousandths of a processor: `2`, `0.5`, `250m`.
    public static Optional<Integer> milliCpu(String text) {
        if (text.length() > 10 || !text.matches(CPU)) {
            return Optional.empty();
        }
        if (text.endsWith("m")) {
            return Optional.of(Integer.valueOf(text.substring(0, text.length() - 1)));
        }
        return Optional.of(new BigDecimal(text).movePointRight(3).intValueExact());
    }

    /// `0`, `8080`.
    public static Optional<Long> whole(String text) {
        return text.length() <= 10 && text.matches(WHOLE)
                ? Optional.of(Long.valueOf(text))
                : Optional.empty();
    }

    /// `true` and `false` as YAML's core schema has them.
    public static Optional<Boolean> truth(String text) {
        return switch (text) {
            case "true", "True", "TRUE" -> Optional.of(true);
            case "false", "False", "FALSE" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /// A path below the repository's root without `.` and empty parts; empty when it would leave
    /// it.
    public static Optional<String> path(String text) {
        StringBuilder path = new StringBuilder();
        if (text.startsWith("/") || text.indexOf('\\') >= 0 || text.length() > 1000) {
            return Optional.empty();
        }
        for (String part : text.split("/")) {
            boolean hostile = part.equals("..") || part.equalsIgnoreCase(".git");
            if (hostile || part.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                return Optional.empty();
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path.append(path.isEmpty() ? "" : "/").append(part);
            }
        }
        return Optional.of(path.toString());
    }

    /// A duration as the file writes it, in one unit.
    public static String shown(Duration d) {
        if (d.toMillis() % 1000 != 0) {
            return d.toMillis() + "ms";
        }
        if (d.toSeconds() % 60 != 0) {
            return d.toSeconds() + "s";
        }
        if (d.toMinutes() % 60 != 0) {
            return d.toMinutes() + "m";
        }
        boolean days = d.toHours() % 24 == 0 && d.toDays() > 1;
        return days ? d.toDays() + "d" : d.toHours() + "h";
    }
}
