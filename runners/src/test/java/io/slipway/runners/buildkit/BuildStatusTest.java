package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

final class BuildStatusTest {
    /// As an engine sent it: `[2/2] RUN x`, cached, with both times, and an error.
    private static final byte[] MESSAGE =
            Base64.getDecoder()
                    .decode("CikKBnNoYTphYhoLWzIvMl0gUlVOIHggASoECAEQAjIECAMQBDoEb29wcw==");

    @Test
    void theFieldsThatAreUsedAreRead() {
        BuildStatus status = BuildStatus.parse(MESSAGE);
        assertThat(status.vertices())
                .containsExactly(
                        new Vertex(
                                "sha:ab",
                                "[2/2] RUN x",
                                true,
                                Instant.ofEpochSecond(1, 2),
                                Instant.ofEpochSecond(3, 4),
                                "oops"));
        assertThat(status.logs()).isEmpty();
    }

    @Test
    void aCutMessageIsRefusedAtEveryByte() {
        for (int length = 1; length < MESSAGE.length; length++) {
            byte[] cut = Arrays.copyOf(MESSAGE, length);
            assertThatThrownBy(() -> BuildStatus.parse(cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
