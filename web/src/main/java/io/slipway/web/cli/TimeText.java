package io.slipway.web.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

/// A time as people write it: `90s`, `10m`, `2h`.
public final class TimeText implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        if (!text.matches("[1-9][0-9]{0,5}[smh]")) {
            throw new TypeConversionException("'" + text + "' is no time such as 90s, 10m or 2h");
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
