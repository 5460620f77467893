package io.slipway.engine.estimate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// How long something takes, by how long it took before. Times are expected, never promised.
///
/// @param samples how many earlier times it was learnt from
/// @param usually the median of them; null below three
/// @param mostly what nine of ten took at most; null below three
/// @param left of what is under way; null when that is not known, or it takes longer than ever
/// @param longer whether it takes longer than it ever did
public record Estimate(
        int samples,
        @Nullable Duration usually,
        @Nullable Duration mostly,
        @Nullable Duration left,
        boolean longer) {
    /// Fewer teach nothing.
    private static final int FEWEST = 3;

    /// From earlier times.
    ///
    /// @param earlier in rising order
    /// @param elapsed since it began; zero when it has not
    public static Estimate of(List<Duration> earlier, Duration elapsed) {
        if (earlier.size() < FEWEST) {
            return new Estimate(earlier.size(), null, null, null, false);
        }
        Duration median = median(earlier);
        Duration mostly = earlier.get((earlier.size() * 9 + 9) / 10 - 1);
        List<Duration> survivors =
                elapsed.compareTo(median) <= 0
                        ? earlier
                        : earlier.stream().filter(time -> time.compareTo(elapsed) > 0).toList();
        boolean longer = survivors.isEmpty();
        Duration left = longer ? null : median(survivors).minus(elapsed);
        return new Estimate(earlier.size(), median, mostly, left, longer);
    }

    /// The upper one of the two in the middle: rather too long than too short.
    private static Duration median(List<Duration> rising) {
        return rising.get(rising.size() / 2);
    }
}
