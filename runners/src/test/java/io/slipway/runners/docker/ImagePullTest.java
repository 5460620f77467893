package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class ImagePullTest {
    @Test
    void lineSaysHowMuchAndHowLong() {
        long four = Duration.ofSeconds(32).toNanos();
        assertThat(ImagePull.line("busybox", 0, 0, 0, 0)).isEqualTo("pulls busybox");
        assertThat(ImagePull.line("busybox", 1, 480_000_000, 0, 1))
                .isEqualTo("pulls busybox, 0 of 480 MB");
        assertThat(ImagePull.line("busybox", 212_000_000, 480_000_000, 0, four))
                .isEqualTo("pulls busybox, 212 of 480 MB, about 40 s");
    }

    @Test
    void whatHadArrivedBeforeDoesNotMakeTheRestLookNear() {
        long four = Duration.ofSeconds(4).toNanos();
        assertThat(ImagePull.line("busybox", 240_000_000, 480_000_000, 230_000_000, four))
                .isEqualTo("pulls busybox, 240 of 480 MB, about 96 s");
    }
}
