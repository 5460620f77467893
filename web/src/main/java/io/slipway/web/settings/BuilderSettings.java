package io.slipway.web.settings;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.plan.Resources;
import io.slipway.web.settings.Sources.Wrong;

import java.util.Optional;

/// What builds images.
///
/// @param image of rootless BuildKit; empty: always the engine's own BuildKit
/// @param limits of a project's builder
public record BuilderSettings(String image, Resources limits) {
    /// BuildKit's published one, as an example.
    private static final String IMAGE = "moby/buildkit:v0.26.3-rootless";

    static final Resources LIMITS = new Resources(4000, 4L << 30, 2048);

    private static final String FORM = "write cpu=4,memory=4Gi,pids=2048";

    static String image(String text) {
        if (text.equals("none")) {
            return "";
        }
        if (text.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,500}")) {
            return text;
        }
        throw new Wrong("write an image's reference, such as " + IMAGE + ", or none");
    }

    /// What is left out is as it is by default.
    static Resources limits(String text) {
        Resources limits = LIMITS;
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            String value = pair.length == 2 ? pair[1] : "";
            limits =
                    switch (pair[0]) {
                        case "cpu" ->
                                new Resources(
                                        some(Amounts.milliCpu(value).map(Number::longValue)),
                                        limits.memoryBytes(),
                                        limits.pids());
                        case "memory" ->
                                new Resources(
                                        limits.milliCpu(),
                                        Amounts.size(value)
                                                .filter(bytes -> bytes > 0)
                                                .orElseThrow(() -> new Wrong(FORM)),
                                        limits.pids());
                        case "pids" ->
                                new Resources(
                                        limits.milliCpu(),
                                        limits.memoryBytes(),
                                        some(Amounts.whole(value).map(Number::longValue)));
                        default -> throw new Wrong(FORM);
                    };
        }
        return limits;
    }

    private static int some(Optional<Long> amount) {
        return amount.filter(one -> one > 0 && one <= Integer.MAX_VALUE)
                .orElseThrow(() -> new Wrong(FORM))
                .intValue();
    }
}
