package io.slipway.engine.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows of docs/security.md: A-WEB-7.
@Tag("attack")
final class PasswordsTest {
    private static final Passwords.Cost SMALL = new Passwords.Cost(64, 1, 1);
    private static final String PASSWORD = "four words without a meaning";

    private final Passwords passwords = new Passwords(SMALL);

    /// Computed by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k
    /// 65536 -p 1`, as its own test vectors have it.
    @Test
    void itIsTheArgon2idOfTheReference() {
        String stored =
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                        + "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assertThat(passwords.matches(stored, "password")).isTrue();
        assertThat(passwords.matches(stored, "Password")).isFalse();
    }

    @Test
    void whatIsStoredNamesItsParametersAndIsAnotherEachTime() {
        String stored = passwords.hash(PASSWORD);
        assertThat(stored).startsWith("$argon2id$v=19$m=64,t=1,p=1$").doesNotContain(PASSWORD);
        assertThat(passwords.hash(PASSWORD)).isNotEqualTo(stored);
        assertThat(passwords.matches(stored, PASSWORD)).isTrue();
        assertThat(passwords.matches(stored, PASSWORD + " ")).isFalse();
        assertThat(passwords.matches(null, PASSWORD)).isFalse();
        assertThat(passwords.matches(stored, "x".repeat(100_000))).isFalse();
    }

    @Test
    void oldParametersAreReadAndTold() {
        String old = new Passwords(new Passwords.Cost(32, 1, 1)).hash(PASSWORD);
        assertThat(passwords.matches(old, PASSWORD)).isTrue();
        assertThat(passwords.isOld(old)).isTrue();
        assertThat(passwords.isOld(passwords.hash(PASSWORD))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "elevenchars", "aaaabbbbccccdddd", "Annaelisabeth"})
    void whatIsEasilyGuessedIsNotTaken(String password) {
        assertThatThrownBy(() -> Passwords.check("annaelisabeth", password))
                .hasMessageStartingWith("cannot take the password: it ");
    }
}
