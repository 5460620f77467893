package io.slipway.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;

/// What may stand for an image in a pipeline file. Who has it is the engine's to know: a registry
/// of the operator's network is one like any other.
final class ImageNamesTest {
    private static final String DIGEST = "sha256:" + "0a".repeat(32);

    private static boolean isTaken(String image) {
        boolean taken = Words.image("busybox").check().apply(image).isEmpty();
        if (!image.contains("$") && !image.isBlank()) {
            assertThat(Words.isImage(image)).as(image).isEqualTo(taken);
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "busybox",
                "postgres:18",
                "ghcr.io/acme/cart:1.2",
                "localhost:5000/x",
                "127.0.0.1:5000/x",
                "registry.example.com:5000/a/b/c__d:v1",
                "maven:${commit}"
            })
    void namesOfEveryRegistryAreTaken(String image) {
        assertThat(isTaken(image)).isTrue();
        assertThat(isTaken("busybox@" + DIGEST)).isTrue();
        assertThat(isTaken("busybox:1@" + DIGEST)).isTrue();
    }

    /// A-SSRF-6: what is no reference, or could be read as something else, gets to no engine.
    @Tag("attack")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "../../x",
                "./x",
                "/x",
                "x/",
                "x//y",
                "a/../b",
                "busybox@",
                "busybox@sha256:",
                "busybox@sha256:12",
                "busybox@md5:00000000000000000000000000000000",
                "registry.example.com:5000/x@sha256:",
                "busybox:",
                "busybox:a:b",
                "Busybox",
                "ghcr.io/Acme/cart",
                "ghcr.io/acme/Cart:1",
                "http://registry.example.com/x",
                "https://registry.example.com/x",
                "docker://x",
                "oci-archive:/etc/passwd",
                "file:///etc/passwd",
                "user:word@registry.example.com/x",
                "registry.example.com:999999/x",
                "[::1]:5000/x",
                "x y",
                "x\ny",
                "x\u0000",
                "-x",
                "--privileged",
                "x;id",
                "x|id",
                "x`id`",
                "x&y",
                "x#y",
                "x?y",
                "x%2fy",
                "x\\y",
                "b\u00fcsybox",
                "bu\u200bsybox"
            })
    void formsThatAreNoReferenceAreRefused(String image) {
        assertThat(isTaken(image)).isFalse();
    }

    /// A-SSRF-6: no registry has longer names, and a long one costs no time.
    @Test
    @Tag("attack")
    void longNamesAreRefused() {
        assertThat(isTaken("a".repeat(255))).isTrue();
        assertThat(isTaken("a".repeat(256))).isFalse();
        assertThat(isTaken("a".repeat(300))).isFalse();
        assertThat(isTaken("r.example.com/" + "a/".repeat(130) + "a")).isFalse();
        assertThat(isTaken("a".repeat(255) + ":" + "t".repeat(128))).isTrue();
        assertThat(isTaken("a:" + "t".repeat(129))).isFalse();
        for (String hostile : List.of("a-", "a_", "a.", "-", "a/", "a:")) {
            Assertions.assertTimeout(
                    Duration.ofSeconds(5), () -> isTaken(hostile.repeat(100_000) + "!"));
        }
    }
}
