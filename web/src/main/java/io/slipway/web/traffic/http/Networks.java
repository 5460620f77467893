package io.slipway.web.traffic.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// Networks whose proxies are believed.
public final class Networks {
    private final List<IpSubnetFilterRule> rules;

    private Networks(List<IpSubnetFilterRule> rules) {
        this.rules = rules;
    }

    /// @param cidrs such as `10.0.0.0/8` or `fd00::/8`
    /// @throws Fault CONFIGURATION when one is no network
    public static Networks of(List<String> cidrs) {
        return new Networks(cidrs.stream().map(Networks::rule).toList());
    }

    private static IpSubnetFilterRule rule(String cidr) {
        int slash = cidr.indexOf('/');
        try {
            if (slash > 0
                    && NetUtil.createByteArrayFromIpAddressString(cidr.substring(0, slash))
                            != null) {
                return new IpSubnetFilterRule(
                        cidr.substring(0, slash),
                        Integer.parseInt(cidr.substring(slash + 1)),
                        IpFilterRuleType.ACCEPT);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new Fault(
                Kind.CONFIGURATION,
                "cannot trust proxies of '" + cidr + "': it is no network",
                "write an address, a slash and a prefix length, as in 10.0.0.0/8");
    }

    boolean contain(InetAddress address) {
        return rules.stream().anyMatch(rule -> rule.matches(new InetSocketAddress(address, 0)));
    }
}
