package io.slipway.runners.docker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CidrTest {
    @Test
    void rangeIsCutIntoParts() {
        Cidr range = Cidr.parse("10.201.0.0/16");
        assertThat(range.count(28)).isEqualTo(4096);
        assertThat(range.part(28, 0)).hasToString("10.201.0.0/28");
        assertThat(range.part(28, 4095)).hasToString("10.201.255.240/28");
        assertThat(range.part(24, 7)).hasToString("10.201.7.0/24");
    }

    @Test
    void rangesOverlapWhenOneHoldsTheOther() {
        Cidr small = Cidr.parse("10.201.3.16/28");
        assertThat(small.overlaps(Cidr.parse("10.0.0.0/8"))).isTrue();
        assertThat(Cidr.parse("10.0.0.0/8").overlaps(small)).isTrue();
        assertThat(small.overlaps(Cidr.parse("10.201.3.32/28"))).isFalse();
        assertThat(small.overlaps(Cidr.parse("0.0.0.0/0"))).isTrue();
    }

    @Test
    void hostBitsAreCleared() {
        assertThat(Cidr.parse("192.168.201.77/24")).hasToString("192.168.201.0/24");
    }

    @Test
    void otherTextsAreRefused() {
        for (String text : new String[] {"", "10.0.0.0", "10.0.0.0/33", "10.0.0.256/8", "::/0"}) {
            assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
