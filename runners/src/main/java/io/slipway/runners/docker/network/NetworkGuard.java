package io.slipway.runners.docker.network;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Rules of the packet filter by which a job's network reaches neither link-local addresses (where
/// clouds keep credentials), nor the host's own, nor other networks of the engine. They stand in
/// two chains of the instance's own and match the bridges of its jobs by the prefix of their name,
/// so that networks come and go without a change of rules. Safe for use by many threads.
final class NetworkGuard {
    private static final Path RESOLVERS = Path.of("/etc/resolv.conf");
    private static final String REJECT = " -j REJECT --reject-with icmp-admin-prohibited\n";

    /// No hexadecimal digit.
    private static final String INTERNAL = "n";

    private final @Nullable Iptables iptables;
    private final String unenforced;
    private final String bridges;
    private final String forward;
    private final String input;
    private final Set<String> ways = new TreeSet<>();

    private NetworkGuard(@Nullable Iptables iptables, String unenforced, String instance) {
        this.iptables = iptables;
        this.unenforced = unenforced;
        this.bridges = bridgePrefix(instance) + "+";
        this.forward = "SLIPWAY-" + instance;
        this.input = "SLIPWAY-" + instance + "-IN";
    }

    /// The guard of this machine; where it can't write rules, one that says why.
    ///
    /// @param shared whether the engine's bridges are interfaces here
    static NetworkGuard of(String instance, boolean shared) {
        Optional<Iptables> iptables = Iptables.find();
        String why = "";
        if (!shared) {
            why = "the engine's networks are not this machine's";
        } else if (iptables.isEmpty()) {
            why = "iptables is not installed";
        } else if (!iptables.get().does("-S", "INPUT")) {
            why = "iptables can only be used by root";
        }
        return new NetworkGuard(why.isEmpty() ? iptables.orElse(null) : null, why, instance);
    }

    /// How the names of the bridges of an instance's job networks begin. At most 15 characters may
    /// stand in the name of an interface: 2, the instance's 8, and 5 for the network.
    static String bridgePrefix(String instance) {
        return "sj" + instance;
    }

    /// How the name of a job network's bridge goes on: 5 characters, of which the first is `n`
    /// where there is no way out, not even to what jobs may reach of the host.
    ///
    /// @param random below 2^20
    static String number(int random, boolean egress) {
        return egress ? "%05x".formatted(random) : INTERNAL + "%04x".formatted(random & 0xffff);
    }

    /// Why rules are not enforced; empty when they are.
    String unenforced() {
        return unenforced;
    }

    /// Lets jobs connect to a TCP port of one of the host's addresses.
    synchronized void allow(String address, int port) {
        if (ways.add(" -d " + address + " -p tcp --dport " + port)) {
            write();
        }
    }

    /// Puts the rules in place where they are missing.
    synchronized void ensure() {
        if (iptables != null && !hooked(iptables)) {
            write();
        }
    }

    /// Takes the rules away.
    synchronized void remove() {
        if (iptables == null) {
            return;
        }
        iptables.does("-D", "DOCKER-USER", "-j", forward);
        iptables.does("-D", "FORWARD", "-j", forward);
        iptables.does("-D", "INPUT", "-j", input);
        for (String chain : List.of(forward, input)) {
            iptables.does("-F", chain);
            iptables.does("-X", chain);
        }
    }

    private boolean hooked(Iptables table) {
        return table.does("-C", "INPUT", "-j", input)
                && (table.does("-C", "DOCKER-USER", "-j", forward)
                        || table.does("-C", "FORWARD", "-j", forward));
    }

    private void write() {
        if (iptables == null || !iptables.restores(rules())) {
            return;
        }
        if (!iptables.does("-C", "INPUT", "-j", input)) {
            iptables.does("-I", "INPUT", "-j", input);
        }
        if (!iptables.does("-C", "DOCKER-USER", "-j", forward)
                && !iptables.does("-I", "DOCKER-USER", "-j", forward)) {
            iptables.does("-I", "FORWARD", "-j", forward);
        }
    }

    /// The two chains as `iptables-restore` reads them.
    String rules() {
        StringBuilder rules = new StringBuilder("*filter\n");
        rules.append(":").append(forward).append(" - [0:0]\n");
        rules.append(":").append(input).append(" - [0:0]\n");
        for (String chain : List.of(forward, input)) {
            String rule = "-A " + chain + " -i " + bridges;
            rules.append(rule).append(" -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN\n");
            for (String resolver : resolvers()) {
                for (String protocol : List.of("udp", "tcp")) {
                    rules.append(rule).append(" -d ").append(resolver);
                    rules.append(" -p ").append(protocol).append(" --dport 53 -j RETURN\n");
                }
            }
        }
        String way = "-A " + forward + " -i " + bridges;
        rules.append(way).append(" -d 169.254.0.0/16").append(REJECT);
        rules.append(way).append(" -o docker0").append(REJECT);
        rules.append(way).append(" -o br-+").append(REJECT);
        rules.append("-A ").append(input).append(" -i ");
        rules.append(bridges.replace("+", INTERNAL + "+")).append(REJECT);
        for (String to : ways) {
            rules.append("-A ").append(input).append(" -i ").append(bridges);
            rules.append(to).append(" -j RETURN\n");
        }
        rules.append("-A ").append(input).append(" -i ").append(bridges).append(REJECT);
        return rules.append("COMMIT\n").toString();
    }

    /// Name servers that containers ask themselves: on some clouds a link-local address.
    private static List<String> resolvers() {
        try {
            return Files.readAllLines(RESOLVERS).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                    .map(words -> words[1])
                    .filter(address -> address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}"))
                    .filter(address -> !address.startsWith("127."))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
