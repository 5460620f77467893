package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Answer;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/// What a forge said to something that was to be changed.
///
/// @param status of HTTP
/// @param pause how long nothing is to be asked of it; null: it does not say
/// @param problem for people; empty when it was done
public record Reply(int status, @Nullable Duration pause, String problem) {
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /// Whether it was done.
    public boolean done() {
        return problem.isEmpty();
    }

    /// Whether what was asked about may be somewhere else by now, under another name.
    public boolean mayHaveMoved() {
        return !done() && (status == 0 || status == 404 || status == 410);
    }

    /// Whether asking again may help.
    public boolean temporary() {
        return status == 408 || status == 425 || status == 429 || status >= 500 || pause != null;
    }

    static Reply of(Answer answer) {
        if (answer.ok()) {
            return new Reply(answer.status(), null, "");
        }
        boolean limited =
                answer.status() == 429 || answer.status() == 403 || answer.status() == 503;
        String said = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
        String line = said.replaceAll("[^ -~]+", " ").strip();
        return new Reply(
                answer.status(),
                limited ? wait(answer) : null,
                "status "
                        + answer.status()
                        + ": "
                        + line.substring(0, Math.min(200, line.length())));
    }

    /// `Retry-After` in seconds or as a date, else the reset of a limit that is used up.
    private static @Nullable Duration wait(Answer answer) {
        String after = answer.header("retry-after").orElse("");
        if (after.matches("[0-9]{1,9}")) {
            return capped(Duration.ofSeconds(Long.parseLong(after)));
        }
        if (!after.isEmpty()) {
            try {
                Instant at =
                        ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant();
                return capped(Duration.between(Instant.now(), at));
            } catch (DateTimeParseException e) {
                return Duration.ofMinutes(1);
            }
        }
        boolean usedUp =
                answer.header("x-ratelimit-remaining")
                        .or(() -> answer.header("ratelimit-remaining"))
                        .orElse("")
                        .equals("0");
        String reset =
                answer.header("x-ratelimit-reset")
                        .or(() -> answer.header("ratelimit-reset"))
                        .orElse("");
        if (usedUp && reset.matches("[0-9]{1,12}")) {
            return capped(
                    Duration.between(Instant.now(), Instant.ofEpochSecond(Long.parseLong(reset))));
        }
        return null;
    }

    private static Duration capped(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ofSeconds(1);
        }
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }
}
