package io.slipway.runners.kubernetes;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;

import java.util.List;

/// Where clouds tell their machines of themselves, also credentials: nothing that Slipway runs for
/// a project reaches it.
public final class NodeCredentials {
    private static final List<String> ADDRESSES =
            List.of("169.254.169.254/32", "169.254.170.0/24", "100.100.100.200/32");

    private static final List<String> ADDRESSES_V6 =
            List.of("fd00:ec2::254/128", "fd00:ec2::23/128");

    private NodeCredentials() {}

    /// Everything but that.
    public static NetworkPolicyEgressRule everythingElse() {
        return new NetworkPolicyEgressRuleBuilder()
                .addNewTo()
                .withNewIpBlock()
                .withCidr("0.0.0.0/0")
                .withExcept(ADDRESSES)
                .endIpBlock()
                .endTo()
                .addNewTo()
                .withNewIpBlock()
                .withCidr("::/0")
                .withExcept(ADDRESSES_V6)
                .endIpBlock()
                .endTo()
                .build();
    }
}
