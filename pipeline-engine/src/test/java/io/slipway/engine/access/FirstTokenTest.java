package io.slipway.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

@ExtendWith(DatabaseExtension.class)
final class FirstTokenTest {
    private final Database database;
    @TempDir private Path folder;

    FirstTokenTest(Database database) {
        this.database = database;
    }

    private boolean operates(TokenText token) {
        return database.read(tx -> Access.authenticate(tx, token))
                .filter(caller -> Access.may(caller, Right.OPERATE, Subject.INSTANCE))
                .isPresent();
    }

    @Test
    void itIsMadeOnceAndKeptForItsOwnerOnly() throws Exception {
        Path file = folder.resolve("token");
        FirstToken.Result first = FirstToken.ensure(database, file, null);
        assertThat(first.made()).isTrue();
        assertThat(Files.readString(file)).isEqualTo(first.token().reveal() + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        FirstToken.Result again = FirstToken.ensure(database, file, null);
        assertThat(again.made()).isFalse();
        assertThat(again.token()).isEqualTo(first.token());
        assertThat(operates(first.token())).isTrue();
    }

    @Test
    void aChosenOneTakesThePlaceOfTheOneBefore() {
        Path file = folder.resolve("token");
        TokenText made = FirstToken.ensure(database, file, null).token();
        TokenText chosen =
                FirstToken.ensure(database, file, "0123456789abcdef0123456789abcdef").token();
        assertThat(operates(chosen)).isTrue();
        assertThat(operates(made)).isFalse();
        FirstToken.ensure(database, file, null);
        assertThat(operates(made)).isTrue();
        assertThat(operates(chosen)).isFalse();
    }

    @Test
    void aRevokedOneNeverComesBack() {
        Path file = folder.resolve("token");
        TokenText leaked = FirstToken.ensure(database, file, null).token();
        database.change(
                tx -> Tokens.revoke(tx, Access.authenticate(tx, leaked).orElseThrow().tokenId()));
        FirstToken.Result next = FirstToken.ensure(database, file, null);
        assertThat(next.made()).isTrue();
        assertThat(operates(next.token())).isTrue();
        assertThat(operates(leaked)).isFalse();
        assertThatThrownBy(() -> FirstToken.ensure(database, file, leaked.reveal()))
                .hasMessage("cannot take SLIPWAY_TOKEN: this token was revoked");
    }

    @Test
    void aShortOneIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> FirstToken.ensure(database, folder.resolve("t"), "hunter2"))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot take SLIPWAY_TOKEN: it is no word of 20 to 200 characters");
    }
}
