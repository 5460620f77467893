package io.slipway.engine.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Each scheme by vectors that were made with openssl, and one that GitHub publishes: good ones and
/// bad ones (A-WH-1, A-WH-2, A-WH-3, A-WH-7).
@Tag("attack")
class SignaturesTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    @TestFactory
    Stream<DynamicTest> eachHoldsOrNotAsItsRowSays() throws IOException {
        return rows().map(row -> DynamicTest.dynamicTest(row[0], () -> check(row)));
    }

    private static Stream<String[]> rows() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        SignaturesTest.class.getResourceAsStream("signatures.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1));
        }
    }

    private static void check(String[] row) {
        assertThat(row).hasSize(6);
        Headers headers =
                new Headers(
                        Arrays.stream(row[3].split(" \\|\\| "))
                                .map(one -> one.split(": ?", 2))
                                .map(one -> Map.entry(one[0], one[1]))
                                .toList());
        byte[] body = row[4].replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
        assertThat(holds(ForgeKind.of(row[1]).orElseThrow(), row[2], headers, body))
                .isEqualTo(row[5].equals("good"));
    }

    private static boolean holds(ForgeKind kind, String secret, Headers headers, byte[] body) {
        try {
            SignedBody signed = new SignedBody(Forge.of(kind).proof(headers, NOW), secret);
            for (byte b : body) {
                signed.update(new byte[] {b}, 0, 1);
            }
            return signed.holds();
        } catch (Fault fault) {
            assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION);
            return false;
        }
    }

    @Test
    void noHookIsWithoutSecret() {
        Proof proof =
                Forge.of(ForgeKind.GITLAB)
                        .proof(PayloadsTest.headers("X-Gitlab-Token", "any"), NOW);
        assertThatIllegalArgumentException().isThrownBy(() -> new SignedBody(proof, ""));
    }
}
