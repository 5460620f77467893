package io.slipway.engine.egress;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What may be reached: https on 443 and ssh on 22 at public addresses, and what the operator
/// allows besides.
public final class EgressRules {
    private final Set<String> origins;
    private final List<Network> networks;
    private final Names names;

    private EgressRules(Set<String> origins, List<Network> networks, Names names) {
        this.origins = Set.copyOf(origins);
        this.networks = List.copyOf(networks);
        this.names = names;
    }

    /// Looks names up.
    @FunctionalInterface
    public interface Names {
        /// All addresses of a name.
        List<InetAddress> resolve(String name) throws UnknownHostException;
    }

    /// Nothing but public addresses.
    public static EgressRules standard() {
        return parse(List.of());
    }

    /// Reads what the operator allows: a network, `10.1.0.0/16`, whose addresses are as good as
    /// public ones; or an origin, `http://gitea.example.com:3000`, which may be reached by that
    /// scheme at that port wherever it is.
    ///
    /// @throws IllegalArgumentException with what is wrong with one of them
    public static EgressRules parse(List<String> allowed) {
        return parse(allowed, name -> List.of(InetAddress.getAllByName(name)));
    }

    /// As [#parse(List)], with names looked up by the caller's means.
    public static EgressRules parse(List<String> allowed, Names names) {
        Set<String> origins = new HashSet<>();
        List<Network> networks = new ArrayList<>();
        for (String one : allowed) {
            if (one.contains("://")) {
                origins.add(origin(one));
            } else {
                networks.add(network(one));
            }
        }
        return new EgressRules(origins, networks, names);
    }

    private static String origin(String text) {
        EgressUrl url;
        try {
            url = EgressUrl.parse(text);
        } catch (Fault fault) {
            throw new IllegalArgumentException(fault.message(), fault);
        }
        if (!url.target().equals("/") || !url.user().isEmpty()) {
            throw new IllegalArgumentException("an origin has neither path nor user");
        }
        return url.origin();
    }

    private static Network network(String text) {
        try {
            return Network.of(text, "allowed");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "write a network, 10.1.0.0/16, or an origin, http://gitea.example.com:3000", e);
        }
    }

    /// Looks the host up, once, and gives only addresses that may be reached: all of them or a
    /// fault. Whoever connects uses these addresses and looks nothing up again.
    ///
    /// @throws Fault CONFIGURATION when it must not be reached, UNAVAILABLE when there is no such
    ///   host
    public List<InetAddress> addresses(EgressUrl url) {
        boolean named = origins.contains(url.origin());
        checkPort(url, named);
        InetAddress literal = url.literal();
        List<InetAddress> found = literal == null ? resolve(url) : List.of(literal);
        for (InetAddress address : found) {
            String why = named ? null : Networks.forbidden(address);
            if (why != null && networks.stream().noneMatch(network -> network.contains(address))) {
                throw denied(url, address.getHostAddress() + " is " + why);
            }
        }
        return found;
    }

    private static void checkPort(EgressUrl url, boolean named) {
        boolean usual =
                url.scheme().equals("https") && url.port() == 443
                        || url.scheme().equals("ssh") && url.port() == 22;
        if (!named && !usual) {
            throw denied(url, url.scheme() + " at port " + url.port() + " is not allowed");
        }
    }

    private List<InetAddress> resolve(EgressUrl url) {
        try {
            List<InetAddress> found = names.resolve(url.host());
            if (!found.isEmpty()) {
                return found;
            }
        } catch (UnknownHostException e) {
            throw unknown(url, e);
        }
        throw unknown(url, null);
    }

    private static Fault unknown(EgressUrl url, @Nullable Exception cause) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot reach " + url.origin() + ": there is no host of that name",
                "check the name and this machine's DNS",
                cause);
    }

    private static Fault denied(EgressUrl url, String why) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot reach " + url.origin() + ": egress denied, " + why,
                "let the operator add " + url.origin() + " to SLIPWAY_EGRESS_ALLOW");
    }
}
