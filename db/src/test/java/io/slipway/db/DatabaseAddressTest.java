package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseAddressTest {
    @Test
    void aUrlIsTakenApart() {
        DatabaseAddress address =
                DatabaseAddress.parse(
                        "postgresql://ship:p%40ss+w%2F@db.example.com:5433/slipway?sslmode=require");
        assertThat(address.url())
                .isEqualTo("jdbc:postgresql://db.example.com:5433/slipway?sslmode=require");
        assertThat(address.user()).isEqualTo("ship");
        assertThat(address.password()).isEqualTo("p@ss+w/");
        assertThat(address).hasToString("postgresql://db.example.com:5433/slipway");
    }

    @Test
    void aJdbcUrlWithoutUserIsTakenToo() {
        assertThat(DatabaseAddress.parse("jdbc:postgresql://db/slipway"))
                .isEqualTo(new DatabaseAddress("jdbc:postgresql://db/slipway", "", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "db",
                "mysql://a:geheim@b/c",
                "postgresql://a:geheim@b",
                "postgresql:// geheim/"
            })
    void whatIsNoAddressIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> DatabaseAddress.parse(text))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot read the database's address: it is not a PostgreSQL URL");
    }
}
