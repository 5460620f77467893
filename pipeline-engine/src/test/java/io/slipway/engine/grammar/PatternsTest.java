package io.slipway.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;

class PatternsTest {
    @ParameterizedTest
    @CsvSource({
        "main, main, true",
        "main, maintenance, false",
        "main, feature/main, false",
        "release/*, release/1, true",
        "release/*, release/1/x, false",
        "release/*, release/, true",
        "release/**, release/1/x, true",
        "release/**, release, false",
        "release/, release/1/x, true",
        "v?, v1, true",
        "v?, v12, false",
        "a?b, a/b, false",
        "**, a/b/c, true",
        "**/pom.xml, pom.xml, true",
        "**/pom.xml, a/b/pom.xml, true",
        "**/pom.xml, a/b/xpom.xml, false",
        "src/**/test/*.java, src/test/A.java, true",
        "src/**/test/*.java, src/a/b/test/A.java, true",
        "src/**/test/*.java, src/a/btest/A.java, false",
        "*.md, README.md, true",
        "*.md, docs/README.md, false",
        "**.md, docs/README.md, true",
        "[a], a, false",
        "[a], [a], true",
        "a.c, abc, false",
    })
    void patternTakesWhatItDescribes(String pattern, String name, boolean taken) {
        assertThat(Patterns.of(List.of(pattern)).take(name)).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({
        "main, true",
        "release/1, true",
        "release/old, false",
        "release/old/but-this, true",
        "feature, false"
    })
    void lastPatternThatMatchesDecides(String name, boolean taken) {
        Patterns patterns =
                Patterns.of(
                        List.of("main", "release/**", "!release/old**", "release/old/but-this"));
        assertThat(patterns.take(name)).isEqualTo(taken);
    }

    @Test
    void whereTheFirstTakesOutTheRestIsIn() {
        assertThat(Patterns.of(List.of("!docs/**")).take("src/A.java")).isTrue();
        assertThat(Patterns.of(List.of("!docs/**")).take("docs/a.md")).isFalse();
        assertThat(Patterns.of(List.of()).take("a")).isFalse();
    }

    @Test
    void noPatternCostsMuch() {
        Patterns patterns = Patterns.of(List.of("*a".repeat(250) + "**/".repeat(100) + "b"));
        String name = "a".repeat(2000) + "c";

        boolean taken =
                Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> patterns.take(name));

        assertThat(taken).isFalse();
    }
}
