package io.slipway.runners.docker.network;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Network;

import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerFaults;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// Free subnets for networks, cut from the ranges that the operator gives. What this machine's own
/// networks, its routes and the engine's networks use is left out. Safe for use by many threads.
public final class Subnets {
    /// The ranges that are used when the operator gives none.
    public static final String DEFAULT = "10.201.0.0/16,172.29.0.0/16";

    private static final Path ROUTES = Path.of("/proc/net/route");

    /// How long a subnet that was given out is taken for used, though no network shows it yet.
    private static final long HOLD_NANOS = Duration.ofMinutes(1).toNanos();

    private final DockerClient client;
    private final List<Cidr> ranges;
    private final Map<Cidr, Long> given = new HashMap<>();

    private Subnets(DockerClient client, List<Cidr> ranges) {
        this.client = client;
        this.ranges = ranges;
    }

    /// @param setting value of `SLIPWAY_SUBNETS`: ranges such as `10.201.0.0/16`, separated by
    ///   commas; empty for [#DEFAULT]
    /// @throws Fault CONFIGURATION when it can't be read, or is too small for one network
    public static Subnets of(DockerClient client, String setting) {
        String text = setting.isBlank() ? DEFAULT : setting;
        try {
            List<Cidr> ranges =
                    Arrays.stream(text.split(",")).map(String::strip).map(Cidr::parse).toList();
            for (Cidr range : ranges) {
                if (range.prefix() < 8 || range.prefix() > 24) {
                    throw new IllegalArgumentException(range + " is not between a /8 and a /24");
                }
            }
            return new Subnets(client, ranges);
        } catch (IllegalArgumentException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot use SLIPWAY_SUBNETS: " + e.getMessage(),
                    "write ranges that nothing else uses, such as 10.201.0.0/16",
                    e);
        }
    }

    /// A subnet that nothing uses, as far as can be seen from here; another process may take it all
    /// the same before a network is made with it, which the engine then refuses.
    ///
    /// @param prefix its size: 28 for 16 addresses, 24 for 256
    /// @return such as `10.201.3.16/28`
    public synchronized String free(int prefix) {
        List<Cidr> used = used();
        for (Cidr range : ranges) {
            long count = range.count(prefix);
            long from = count == 0 ? 0 : ThreadLocalRandom.current().nextLong(count);
            for (long i = 0; i < count; i++) {
                Cidr candidate = range.part(prefix, (from + i) % count);
                if (used.stream().noneMatch(candidate::overlaps)) {
                    given.put(candidate, System.nanoTime());
                    return candidate.toString();
                }
            }
        }
        throw new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot make a network: no free subnet in "
                        + String.join(", ", ranges.stream().map(Cidr::toString).toList()),
                "set SLIPWAY_SUBNETS to a range that nothing else uses");
    }

    private List<Cidr> used() {
        List<Cidr> used = new ArrayList<>();
        long now = System.nanoTime();
        given.values().removeIf(at -> now - at > HOLD_NANOS);
        used.addAll(given.keySet());
        try {
            for (Network network : client.listNetworksCmd().exec()) {
                if (network.getIpam() != null && network.getIpam().getConfig() != null) {
                    network.getIpam().getConfig().forEach(c -> add(used, c.getSubnet()));
                }
            }
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look for a free subnet", e);
        }
        addInterfaces(used);
        addRoutes(used);
        return used;
    }

    private static void add(List<Cidr> used, @Nullable String subnet) {
        if (subnet != null && !subnet.contains(":")) {
            used.add(Cidr.parse(subnet));
        }
    }

    private static void addInterfaces(List<Cidr> used) {
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                for (InterfaceAddress address : each.getInterfaceAddresses()) {
                    if (address.getAddress() instanceof Inet4Address four) {
                        used.add(Cidr.of(four, address.getNetworkPrefixLength()));
                    }
                }
            }
        } catch (SocketException e) {
            // then only the engine's networks count
        }
    }

    /// Lines of Linux's table: interface, destination, gateway, flags, ..., mask as the eighth; all
    /// numbers in the machine's byte order.
    private static void addRoutes(List<Cidr> used) {
        if (!Files.isReadable(ROUTES)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(ROUTES)) {
                String[] fields = line.split("\\s+");
                if (fields.length > 7 && fields[1].matches("[0-9A-F]{8}")) {
                    long to = swapped(fields[1]);
                    int prefix = Long.bitCount(swapped(fields[7]));
                    if (prefix > 0) {
                        used.add(Cidr.of(to, prefix));
                    }
                }
            }
        } catch (IOException e) {
            // then only interfaces and the engine's networks count
        }
    }

    private static long swapped(String hex) {
        return Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16)) & 0xffffffffL;
    }
}
