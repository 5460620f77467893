package io.slipway.engine.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamesTest {
    private static final String FORTY = "a".repeat(40);

    @ParameterizedTest
    @ValueSource(strings = {"a", "hello", "a-b--c9", "shop/cart", "slipway-demo"})
    void aGoodNameComesBackAsWritten(String text) {
        assertThat(ProjectName.parse(text)).hasToString(text);
        assertThat(ProjectName.parse(text)).isEqualTo(ProjectName.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "A",
                "9a",
                "-a",
                "a-",
                "a_b",
                "a.b",
                "a b",
                "ä",
                "a\n",
                "..",
                "../a",
                "a%2fb",
                "-",
                "hello.git",
                "a\u0000"
            })
    void whatIsNoNameIsRefused(String text) {
        assertThatThrownBy(() -> ProjectName.parse(text))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Kind.CONFIGURATION));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "v2", "www", "runs", "shop/runs", "settings/shop", "healthz"})
    void aReservedWordIsRefusedEverywhere(String text) {
        assertThatThrownBy(() -> ProjectName.parse(text)).hasMessageEndingWith("is reserved");
    }

    @Test
    void aNameHasAtMostFortyCharacters() {
        assertThat(ProjectName.parse(FORTY).name()).isEqualTo(FORTY);
        assertThatThrownBy(() -> ProjectName.parse(FORTY + "a")).isInstanceOf(Fault.class);
        assertThat(AppName.parse(FORTY)).hasToString(FORTY);
        assertThatThrownBy(() -> AppName.parse(FORTY + "a")).isInstanceOf(Fault.class);
    }

    @Test
    void aRefusalPrintsNoControlCharacters() {
        assertThatThrownBy(() -> AppName.parse("\u001b[31mred"))
                .hasMessageStartingWith("cannot take '?[31mred' as the name of an app: ");
    }

    @Test
    void aLabelJoinsGroupAndNameAndFitsIntoDns() {
        assertThat(ProjectName.parse("shop/cart").label()).isEqualTo("shop-cart");
        String longest = ProjectName.parse(FORTY + "/" + "b".repeat(40)).label();
        // printf '%s' a{40}-b{40} | sha256sum
        assertThat(longest)
                .hasSize(63)
                .isEqualTo("a".repeat(40) + "-" + "b".repeat(13) + "-f5e4207a");
        assertThat(HostLabel.of("c".repeat(63))).isEqualTo("c".repeat(63));
        assertThat(HostLabel.of("c".repeat(64))).hasSize(63).startsWith("c".repeat(54) + "-");
    }
}
