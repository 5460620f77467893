package io.slipway.runners.docker.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NetworkGuardTest {
    @Test
    void rulesAreTheseAndNothingElse() {
        NetworkGuard guard = NetworkGuard.of("1a2b3c4d", false);
        guard.allow("10.201.7.1", 5000);
        String rules = guard.rules().replaceAll("(?m)^.*--dport 53 .*\n", "");
        assertThat(rules)
                .isEqualTo(
                        """
                        *filter
                        :SLIPWAY-1a2b3c4d - [0:0]
                        :SLIPWAY-1a2b3c4d-IN - [0:0]
                        -A SLIPWAY-1a2b3c4d -i sj1a2b3c4d+ -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
                        -A SLIPWAY-1a2b3c4d-IN -i sj1a2b3c4d+ -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
                        -A SLIPWAY-1a2b3c4d -i sj1a2b3c4d+ -d 169.254.0.0/16 -j REJECT --reject-with icmp-admin-prohibited
                        -A SLIPWAY-1a2b3c4d -i sj1a2b3c4d+ -o docker0 -j REJECT --reject-with icmp-admin-prohibited
                        -A SLIPWAY-1a2b3c4d -i sj1a2b3c4d+ -o br-+ -j REJECT --reject-with icmp-admin-prohibited
                        -A SLIPWAY-1a2b3c4d-IN -i sj1a2b3c4dn+ -j REJECT --reject-with icmp-admin-prohibited
                        -A SLIPWAY-1a2b3c4d-IN -i sj1a2b3c4d+ -d 10.201.7.1 -p tcp --dport 5000 -j RETURN
                        -A SLIPWAY-1a2b3c4d-IN -i sj1a2b3c4d+ -j REJECT --reject-with icmp-admin-prohibited
                        COMMIT
                        """);
    }

    @Test
    void bridgesOfNetworksWithoutAWayOutAreToldByTheirNames() {
        assertThat(NetworkGuard.number(0xfffff, true)).isEqualTo("fffff");
        assertThat(NetworkGuard.number(0xfffff, false)).isEqualTo("nffff");
    }

    @Test
    void whereNothingIsEnforcedThereIsAReason() {
        assertThat(NetworkGuard.of("1a2b3c4d", false).unenforced())
                .isEqualTo("the engine's networks are not this machine's");
    }
}
