package io.slipway.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.access.TokenText;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

final class PresentedTest {
    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachFormIsTakenForItself() {
        TokenText token = TokenText.of("slw_a:b");
        assertThat(Presented.bearer("bearer  slw_a:b ")).contains(token);
        assertThat(Presented.password(basic("anybody:slw_a:b"))).contains(token);
        assertThat(Presented.bearer(basic("anybody:slw_a:b"))).isEmpty();
        assertThat(Presented.password("Bearer slw_a:b")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic", "Basic ", "Basic ???", "Bearer ", "Digest x", "Basicx y"})
    void whatIsNoneIsNobodys(String header) {
        assertThat(Presented.bearer(header)).isEmpty();
        assertThat(Presented.password(header)).isEmpty();
    }

    @Test
    void aHeaderThatIsMissingOrTooLongIsNobodys() {
        assertThat(Presented.bearer(null)).isEmpty();
        assertThat(Presented.password(basic("no colon"))).isEmpty();
        assertThat(Presented.bearer("Bearer " + "x".repeat(2000))).isEmpty();
    }
}
