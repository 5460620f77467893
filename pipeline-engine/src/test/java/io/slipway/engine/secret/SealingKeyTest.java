package io.slipway.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

final class SealingKeyTest {
    @TempDir private Path folder;

    private static final byte[] TEXT = "correct horse".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLACE = new Place(1, "web", "KEY").bytes();

    @Test
    void aValueOpensWithItsKeyAtItsPlaceOnly() {
        SealingKey key = SealingKey.at(folder.resolve("key"));
        byte[] sealed = key.seal(TEXT, PLACE);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("horse");
        assertThat(SealingKey.at(folder.resolve("key")).open(sealed, PLACE)).contains(TEXT);
        for (Place other :
                new Place[] {
                    new Place(2, "web", "KEY"),
                    new Place(1, null, "KEY"),
                    new Place(1, "web", "KEYS"),
                    new Place(1, "we", "bKEY"),
                    new Place(1, "", "KEY")
                }) {
            assertThat(key.open(sealed, other.bytes())).as("%s", other).isEmpty();
        }
        assertThat(SealingKey.at(folder.resolve("other")).open(sealed, PLACE)).isEmpty();
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThat(key.open(changed, PLACE)).as("byte %s", i).isEmpty();
        }
        assertThat(key.open(new byte[0], PLACE)).isEmpty();
        assertThat(key.seal(TEXT, PLACE)).isNotEqualTo(sealed);
    }

    @Test
    void theKeyIsItsOwnersOnlyAndABrokenOneIsRefused() throws Exception {
        Path file = folder.resolve("key");
        assertThat(SealingKey.at(file)).hasToString("[secret]");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        for (String broken : new String[] {"", "abc", "zz".repeat(32), "00".repeat(31)}) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> SealingKey.at(file))
                    .isInstanceOf(Fault.class)
                    .hasMessageEndingWith(": it is not 64 hexadecimal digits");
        }
    }
}
