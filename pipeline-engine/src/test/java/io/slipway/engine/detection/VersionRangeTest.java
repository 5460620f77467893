package io.slipway.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class VersionRangeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    18          ; 18
                    18.x        ; 18
                    18.17.0     ; 18
                    >=18        ; 22
                    >=18.17 <21 ; 20
                    >18.2 <19   ; 18
                    <=20        ; 20
                    <20.5       ; 20
                    <20.0.0     ; 18
                    ^20.9       ; 20
                    ~18.1       ; 18
                    16 || 18    ; 18
                    18 - 20     ; 20
                    *           ; 22
                    ''          ; 22
                    !=22        ; 20
                    >=99        ; none
                    """)
    void lineOfNode(String range, String line) {
        List<String> lines = List.of("22", "20", "18", "16");

        assertThat(new VersionRange(range).first(lines).orElse("none")).isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    >=3.8          ; 3.13
                    >=3.10,<3.12   ; 3.11
                    ~=3.10         ; 3.13
                    ~=3.11.2       ; 3.11
                    ^3.10          ; 3.13
                    ~3.10          ; 3.10
                    ==3.11.*       ; 3.11
                    3.11.*         ; 3.11
                    >=3.9,!=3.13.1 ; 3.13
                    >=3.9,!=3.13   ; 3.11
                    <3.13          ; 3.11
                    """)
    void lineOfPython(String range, String line) {
        List<String> lines = List.of("3.13", "3.11", "3.10");

        assertThat(new VersionRange(range).first(lines).orElse("none")).isEqualTo(line);
    }
}
