package io.slipway.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class DiskTest {
    @Test
    void aTwentiethIsKept() {
        assertThat(Disk.isFull(5_000, 100_000)).isFalse();
        assertThat(Disk.isFull(4_999, 100_000)).isTrue();
    }

    @Test
    void aDiskThatDoesNotTellIsNotFull(@TempDir Path folder) {
        assertThat(Disk.isFull(0, 0)).isFalse();
        assertThat(Disk.isFull(folder.resolve("not there"))).isFalse();
    }
}
