package io.slipway.runners.docker.network;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Network;

import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.Labels;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The networks of jobs: one for each job that runs, small, with a subnet of its own. Making one
/// takes a third of a second, so a few with a way out are kept ready, and one that a job has done
/// with is used again. Safe for use by many threads.
public final class JobNetworks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobNetworks.class);

    /// Kind of the networks, in their label.
    static final String KIND = "job-network";

    /// The server that made a network.
    private static final String OWNER = "slipway.server";

    private static final int PREFIX = 28;
    private static final int MOST_KEPT = 8;
    private static final int TRIES = 5;
    private static final int BRIDGE_NUMBERS = 1 << 20;

    /// What the end of the server waits for the removal of networks. The next start's sweep takes
    /// those that are left.
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final DockerClient client;
    private final String instance;
    private final Subnets subnets;
    private final int spares;
    private final DockerEngine engine;
    private final Server server;
    private final Deque<JobNetwork> open = new ArrayDeque<>();
    private final Deque<JobNetwork> internal = new ArrayDeque<>();
    private final Map<String, JobNetwork> taken = new HashMap<>();

    /// Names of those that the engine is being asked for.
    private final Set<String> making = new HashSet<>();

    private final Object looking = new Object();
    private volatile boolean looked;
    private @Nullable NetworkGuard guard;
    private int planned;
    private int plannedInternal;
    private boolean closed;

    /// Who makes networks on this engine.
    ///
    /// @param id of this server, a label of each of its networks
    /// @param others ids of the other servers of the instance that live
    public record Server(String id, Supplier<Set<String>> others) {
        /// There is no other one.
        public static final Server ONLY = new Server("", Set::of);
    }

    /// Of the only server of an instance.
    ///
    /// @param spares how many networks with a way out are kept ready
    public JobNetworks(DockerEngine engine, String instance, Subnets subnets, int spares) {
        this(engine, instance, subnets, spares, Server.ONLY);
    }

    /// @param spares how many networks with a way out are kept ready
    public JobNetworks(
            DockerEngine engine, String instance, Subnets subnets, int spares, Server server) {
        this.server = server;
        this.engine = engine;
        this.client = engine.client();
        this.instance = instance;
        this.subnets = subnets;
        this.spares = spares;
    }

    /// Why jobs are not kept from the host's own and link-local addresses; empty when they are.
    public String unenforced() {
        return guard().unenforced();
    }

    /// Lets jobs connect to a TCP port of one of this machine's addresses: the registry's.
    public void allow(String address, int port) {
        guard().allow(address, port);
    }

    /// Takes the packet filter's rules of an instance away that is removed for good.
    public static void forget(String instance) {
        NetworkGuard.of(instance, true).remove();
    }

    /// Sees to it that a few networks with a way out are ready soon. Returns at once.
    public void makeReady() {
        makeReady(true);
    }

    /// Sees to it that a few networks are ready soon: of those with no way out, which few jobs use,
    /// one. Returns at once.
    public void makeReady(boolean egress) {
        if (looked) {
            makeMissing(egress);
        } else {
            Thread.ofVirtual().name("job-network").start(() -> lookBackAndMakeReady(egress));
        }
    }

    private void lookBackAndMakeReady(boolean egress) {
        try {
            lookBack();
        } catch (Fault e) {
            LOG.warn("networks of before are not used again: {}", e.message());
        }
        makeMissing(egress);
    }

    /// What an earlier process of this server left, and no container uses, is ready at once: making
    /// and removing a network takes longer than a server that is killed again and again has.
    private void lookBack() {
        synchronized (looking) {
            if (!looked && !server.id().isEmpty()) {
                List<Network> found = networks();
                Set<String> used = used();
                // The machine may have been started anew: networks outlive that, rules do not.
                guard().ensure();
                found.stream()
                        .filter(network -> owner(network).equals(server.id()))
                        .filter(network -> !used.contains(network.getName()))
                        .forEach(this::keep);
            }
            looked = true;
        }
    }

    private synchronized void keep(Network network) {
        boolean egress = !Boolean.TRUE.equals(network.getInternal());
        Deque<JobNetwork> kept = egress ? open : internal;
        if (!closed && !knows(network.getName()) && kept.size() < MOST_KEPT) {
            kept.add(new JobNetwork(network.getName(), egress));
        }
    }

    private static String owner(Network network) {
        Map<String, String> labels = network.getLabels();
        return labels == null ? "" : labels.getOrDefault(OWNER, "");
    }

    private void makeMissing(boolean egress) {
        int missing;
        synchronized (this) {
            if (egress) {
                missing = closed ? 0 : spares - open.size() - planned;
                planned += Math.max(0, missing);
            } else {
                missing = closed ? 0 : 1 - internal.size() - plannedInternal;
                plannedInternal += Math.max(0, missing);
            }
        }
        for (int i = 0; i < missing; i++) {
            Thread.ofVirtual().name("job-network").start(() -> makeSpare(egress));
        }
    }

    /// How many are ready now.
    synchronized int ready(boolean egress) {
        return (egress ? open : internal).size();
    }

    /// A network for a job alone, until it is given back.
    ///
    /// @param egress false for one with no way out
    public JobNetwork take(boolean egress) {
        JobNetwork ready;
        synchronized (this) {
            ready = (egress ? open : internal).poll();
            if (ready != null) {
                taken.put(ready.name(), ready);
            }
        }
        if (egress) {
            makeReady();
        }
        return ready != null ? ready : make(egress);
    }

    /// Gives a network back that no container uses any more; it is kept for another job, or
    /// removed. One that was made by another process, or is gone, is no error.
    public void giveBack(String name) {
        if (!name.startsWith(prefix())) {
            return;
        }
        synchronized (this) {
            JobNetwork network = taken.remove(name);
            if (network == null && knows(name)) {
                return;
            }
            if (network != null && !closed) {
                Deque<JobNetwork> kept = network.egress() ? open : internal;
                if (kept.size() < MOST_KEPT) {
                    kept.push(network);
                    return;
                }
            }
        }
        remove(name);
    }

    /// Removes a network that turned out to be of no use, or gone. A sweep of somebody who took
    /// this server for dead may have taken all that were ready: those are forgotten too.
    public void discard(String name) {
        synchronized (this) {
            taken.remove(name);
        }
        remove(name);
        Set<String> there = networks().stream().map(Network::getName).collect(Collectors.toSet());
        synchronized (this) {
            open.removeIf(network -> !there.contains(network.name()));
            internal.removeIf(network -> !there.contains(network.name()));
        }
    }

    /// Removes networks of the instance that neither this process, another server that lives, nor
    /// any container uses: what a killed process left.
    public void sweep() {
        sweep(() -> true);
    }

    private void sweep(BooleanSupplier goesOn) {
        lookBack();
        // Networks first: whoever made one of them has been seen by then.
        List<Network> found = networks();
        Set<String> others = server.others().get();
        Set<String> used = used();
        for (Network network : found) {
            if (!goesOn.getAsBoolean()) {
                return;
            }
            boolean mine;
            synchronized (this) {
                mine = knows(network.getName());
            }
            boolean another = others.contains(owner(network));
            if (!mine && !another && !used.contains(network.getName())) {
                remove(network.getName());
            }
        }
    }

    private Set<String> used() {
        Set<String> used = new HashSet<>();
        for (Container container : containers()) {
            if (container.getNetworkSettings() != null) {
                used.addAll(container.getNetworkSettings().getNetworks().keySet());
            }
        }
        return used;
    }

    /// Removes the networks that are not in use, as far as two seconds suffice. What runs keeps its
    /// own, and the rules stay as long as there is one.
    @Override
    public void close() {
        close(CLOSING);
    }

    /// @param within what may pass before no further network is removed
    void close(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        synchronized (this) {
            closed = true;
            open.forEach(network -> taken.put(network.name(), network));
            internal.forEach(network -> taken.put(network.name(), network));
            open.clear();
            internal.clear();
        }
        try {
            synchronized (this) {
                while (planned + plannedInternal > 0 && System.nanoTime() < deadline) {
                    wait(50);
                }
                taken.clear();
            }
            sweep(() -> System.nanoTime() < deadline);
            if (networks().isEmpty()) {
                guard().remove();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Fault e) {
            LOG.warn("networks of jobs could not be removed: {}", e.message());
        }
    }

    private synchronized NetworkGuard guard() {
        if (guard == null) {
            guard = NetworkGuard.of(instance, engine.sharesNetwork());
            if (!guard.unenforced().isEmpty()) {
                LOG.warn(
                        "jobs can reach this machine's own addresses and link-local ones: {}",
                        guard.unenforced());
            }
        }
        return guard;
    }

    private boolean knows(String name) {
        return making.contains(name)
                || taken.containsKey(name)
                || open.stream().anyMatch(n -> n.name().equals(name))
                || internal.stream().anyMatch(n -> n.name().equals(name));
    }

    private void makeSpare(boolean egress) {
        JobNetwork made = null;
        try {
            made = make(egress);
        } catch (Fault e) {
            LOG.warn("no network could be made in advance: {}", e.message());
        }
        synchronized (this) {
            if (egress) {
                planned--;
            } else {
                plannedInternal--;
            }
            notifyAll();
            if (made != null && !closed) {
                taken.remove(made.name());
                (egress ? open : internal).add(made);
            }
        }
    }

    private JobNetwork make(boolean egress) {
        guard().ensure();
        for (int i = 1; ; i++) {
            int random = ThreadLocalRandom.current().nextInt(BRIDGE_NUMBERS);
            String number = NetworkGuard.number(random, egress);
            JobNetwork made = new JobNetwork(prefix() + number, egress);
            synchronized (this) {
                making.add(made.name());
            }
            try {
                create(made.name(), NetworkGuard.bridgePrefix(instance) + number, egress);
                synchronized (this) {
                    taken.put(made.name(), made);
                }
                return made;
            } catch (RuntimeException e) {
                Fault fault = DockerFaults.of("cannot make a network for a job", e);
                if (fault.kind() != Fault.Kind.CONFLICT || i == TRIES) {
                    throw fault;
                }
                LOG.debug("another network was quicker: {}", fault.message());
            } finally {
                synchronized (this) {
                    making.remove(made.name());
                }
            }
        }
    }

    private void create(String name, String bridge, boolean egress) {
        String subnet = subnets.free(PREFIX);
        Map<String, String> labels = new TreeMap<>(Labels.of(instance, KIND));
        labels.put(OWNER, server.id());
        client.createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withCheckDuplicate(true)
                .withInternal(!egress)
                .withLabels(labels)
                .withOptions(Map.of("com.docker.network.bridge.name", bridge))
                .withIpam(
                        new Network.Ipam().withConfig(new Network.Ipam.Config().withSubnet(subnet)))
                .exec();
    }

    private void remove(String name) {
        try {
            client.removeNetworkCmd(name).exec();
        } catch (DockerException e) {
            if (!DockerFaults.notFound(e)) {
                LOG.warn("{}", DockerFaults.of("cannot remove a job's network", e).message());
            }
        }
    }

    private String prefix() {
        return "slipway-" + instance + "-jobs-";
    }

    private List<Network> networks() {
        try {
            return client.listNetworksCmd().withFilter("label", labels()).exec();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot list the networks of jobs", e);
        }
    }

    private List<Container> containers() {
        try {
            return client.listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(List.of(Labels.INSTANCE + "=" + instance))
                    .exec();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot list the containers of jobs", e);
        }
    }

    private List<String> labels() {
        return List.of(Labels.INSTANCE + "=" + instance, Labels.KIND + "=" + KIND);
    }
}
