package io.slipway.runners.docker.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.release.Deployer.Socket;

import org.junit.jupiter.api.Test;

class ListeningSocketsTest {
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

    @Test
    void readsAddressesAndPortsOfListeningSocketsOnly() {
        String tables =
                HEAD
                        + "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000"
                        + " 00000000     0\n"
                        + "   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000"
                        + " 00000000     0\n"
                        + "   2: 0B00007F:9D2B 00000000:0000 0A 00000000:00000000 00:00000000"
                        + " 00000000     0\n"
                        + "   3: 0200C80A:1F90 0100C80A:C350 01 00000000:00000000 00:00000000"
                        + " 00000000     0\n"
                        + HEAD
                        + "   0: 00000000000000000000000000000000:0050 0:0000 0A 00000000:00000000"
                        + " 00\n"
                        + "   1: 00000000000000000000000001000000:0051 0:0000 0A 00000000:00000000"
                        + " 00\n";

        assertThat(ListeningSockets.parse(tables))
                .containsExactly(
                        new Socket("127.0.0.1", 3000),
                        new Socket("0.0.0.0", 8080),
                        new Socket("::", 80),
                        new Socket("::1", 81));
    }

    @Test
    void whatIsNoTableGivesNothing() {
        assertThat(ListeningSockets.parse("cat: /proc/net/tcp6: No such file\n1 2 3 0A")).isEmpty();
    }
}
