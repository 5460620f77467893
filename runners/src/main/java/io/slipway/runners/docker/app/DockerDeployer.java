package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.RestartPolicy;

import io.slipway.engine.release.Deployer;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.docker.DockerFaults;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A Docker engine as target. The switch reaches a container by its address, or, where addresses
/// are out of reach (Docker Desktop), by a port on 127.0.0.1; both stay the same when the engine
/// restarts the container.
public final class DockerDeployer implements Deployer {
    private static final int ADDRESS_TRIES = 5;
    private static final int MOST_PRINTED = 1 << 20;

    private final DockerClient docker;
    private final String instance;
    private final AppImages images;
    private final AppNetworks networks;
    private final AppContainer containers;
    private final boolean reachable;

    /// @param instance 8 hexadecimal digits
    /// @param reachable whether containers' addresses can be connected to from here
    /// @param subnets gives a free IPv4 subnet of 256 addresses for a network
    public DockerDeployer(
            DockerClient docker,
            String instance,
            AppImages images,
            boolean reachable,
            Supplier<String> subnets) {
        this.docker = docker;
        this.instance = instance;
        this.images = images;
        this.reachable = reachable;
        this.networks = new AppNetworks(docker, instance, subnets);
        this.containers = new AppContainer(docker, instance, reachable);
    }

    @Override
    public ReadyImage pull(String reference, Progress progress) throws InterruptedException {
        return images.pull(reference, progress);
    }

    @Override
    public String ensure(BuiltImage image) throws InterruptedException {
        return images.ensure(image);
    }

    @Override
    public void start(AppOrder order) {
        doing(
                "cannot start " + order.placement().app(),
                () -> {
                    ContainerState state = state(order.container());
                    if (state != null && !"created".equals(state.getStatus())) {
                        return;
                    }
                    for (int attempt = 1; !started(order, attempt == ADDRESS_TRIES); attempt++) {}
                });
    }

    /// @param last whether an address that is taken is a fault now
    /// @return false when another server took the address at the same moment
    private boolean started(AppOrder order, boolean last) {
        remove(order.container());
        String network = networks.environment(order.placement());
        synchronized (this) {
            containers.create(order, network, networks.freeAddress(network, list()));
        }
        for (String peer : order.peers()) {
            networks.connect(networks.named(order.placement(), peer), order.container(), null);
        }
        try {
            docker.startContainerCmd(order.container()).exec();
            return true;
        } catch (DockerException e) {
            if (!last && String.valueOf(e.getMessage()).contains("Address already in use")) {
                return false;
            }
            throw e;
        }
    }

    private static void doing(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            throw DockerFaults.of(what, e);
        }
    }

    @Override
    public Condition condition(String container) {
        ContainerState state = state(container);
        if (state == null) {
            return new Condition(Condition.State.ABSENT, null, false, 0);
        }
        boolean memory = Boolean.TRUE.equals(state.getOOMKilled());
        if (Boolean.TRUE.equals(state.getRestarting())) {
            return new Condition(Condition.State.RESTARTING, exit(state), memory, 0);
        }
        if (Boolean.TRUE.equals(state.getRunning())) {
            return new Condition(Condition.State.RUNNING, null, memory, 0);
        }
        Long limit = docker.inspectContainerCmd(container).exec().getHostConfig().getMemory();
        return new Condition(Condition.State.ENDED, exit(state), memory, limit == null ? 0 : limit);
    }

    private static int exit(ContainerState state) {
        Long code = state.getExitCodeLong();
        return code == null ? 0 : code.intValue();
    }

    private @Nullable ContainerState state(String container) {
        try {
            return docker.inspectContainerCmd(container).exec().getState();
        } catch (NotFoundException e) {
            return null;
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look at " + container, e);
        }
    }

    @Override
    public List<Socket> listening(String container) {
        ContainerState state = state(container);
        Long pid = state == null ? null : state.getPidLong();
        if (pid == null || pid == 0) {
            return List.of();
        }
        Path proc = Path.of("/proc/" + pid + "/net");
        try {
            return ListeningSockets.parse(
                    Files.readString(proc.resolve("tcp")) + Files.readString(proc.resolve("tcp6")));
        } catch (IOException e) {
            return ListeningSockets.parse(
                    output(container, "cat", "/proc/net/tcp", "/proc/net/tcp6"));
        }
    }

    /// What a command in the container prints; empty when the image has no such command.
    private String output(String container, String... command) {
        Printed printed = new Printed();
        try (printed) {
            String exec =
                    docker.execCreateCmd(container)
                            .withCmd(command)
                            .withAttachStdout(true)
                            .exec()
                            .getId();
            docker.execStartCmd(exec).exec(printed).awaitCompletion(5, TimeUnit.SECONDS);
        } catch (DockerException | IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return printed.text();
    }

    @Override
    public String backend(String container, int port) {
        InspectContainerResponse found = docker.inspectContainerCmd(container).exec();
        Map<String, String> labels = found.getConfig().getLabels();
        return reachable
                ? labels.get(AppLabels.ADDRESS) + ":" + port
                : "127.0.0.1:" + labels.get(AppLabels.HOST_PORT);
    }

    @Override
    public List<String> tail(String container, int lines) {
        Printed printed = new Printed();
        try (printed) {
            docker.logContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withTail(lines)
                    .exec(printed)
                    .awaitCompletion(5, TimeUnit.SECONDS);
        } catch (DockerException | IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return printed.text().lines().toList();
    }

    /// The beginning of what is printed: a command of somebody's image may never stop.
    private static final class Printed extends ResultCallback.Adapter<Frame> {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public synchronized void onNext(Frame frame) {
            byte[] bytes = frame.getPayload();
            out.write(bytes, 0, Math.min(bytes.length, MOST_PRINTED - out.size()));
        }

        synchronized String text() {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void announce(String container) {
        doing("cannot give " + container + " its name", () -> named(container));
    }

    private void named(String container) {
        Container self = find(container);
        List<Container> others =
                list().stream().filter(c -> sameEnvironment(c, self) && !sameApp(c, self)).toList();
        if (!others.isEmpty()) {
            String app = AppLabels.of(self.getLabels(), AppLabels.APP);
            String network = networks.named(AppContainer.placement(self.getLabels()), app);
            networks.connect(network, container, app);
            others.forEach(c -> networks.connect(network, c.getId(), null));
        }
        docker.updateContainerCmd(container)
                .withRestartPolicy(RestartPolicy.unlessStoppedRestart())
                .exec();
    }

    @Override
    public void withdraw(String container) {
        try {
            Map<String, String> labels = find(container).getLabels();
            networks.withdraw(
                    AppContainer.placement(labels), AppLabels.of(labels, AppLabels.APP), container);
        } catch (NotFoundException e) {
            // It is gone, and its name with it.
        } catch (DockerException e) {
            throw DockerFaults.of("cannot take the name from " + container, e);
        }
    }

    private static boolean sameEnvironment(Container a, Container b) {
        return same(a, b, AppLabels.PROJECT_ID) && same(a, b, AppLabels.ENVIRONMENT);
    }

    private static boolean sameApp(Container a, Container b) {
        return same(a, b, AppLabels.APP);
    }

    private static boolean same(Container a, Container b, String label) {
        return String.valueOf(a.getLabels().get(label)).equals(b.getLabels().get(label));
    }

    private Container find(String name) {
        return list().stream()
                .filter(c -> name(c).equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundException("no container " + name));
    }

    private static String name(Container container) {
        return container.getNames()[0].substring(1);
    }

    private List<Container> list() {
        return docker.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(AppLabels.INSTANCE, instance, AppLabels.KIND, "app"))
                .exec();
    }

    @Override
    public void stop(String container, Duration grace) {
        try {
            docker.stopContainerCmd(container).withTimeout((int) grace.toSeconds()).exec();
        } catch (NotFoundException | NotModifiedException e) {
            // It does not run.
        } catch (DockerException e) {
            throw DockerFaults.of("cannot stop " + container, e);
        }
    }

    @Override
    public void restart(String container) {
        try {
            docker.startContainerCmd(container).exec();
        } catch (NotModifiedException e) {
            // It runs.
        } catch (NotFoundException e) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot start the old release again: its container is gone",
                    "roll back to it",
                    e);
        }
    }

    @Override
    public void remove(String container) {
        try {
            docker.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException e) {
            // It is gone.
        } catch (DockerException e) {
            if (!String.valueOf(e.getMessage()).contains("is already in progress")) {
                throw DockerFaults.of("cannot remove " + container, e);
            }
        }
    }

    @Override
    public Set<String> present() {
        return list().stream().map(DockerDeployer::name).collect(Collectors.toSet());
    }

    @Override
    public void follow(String container, long from, Output output) throws InterruptedException {
        Skipping skipping = new Skipping(from, output);
        try (var copying =
                docker.logContainerCmd(container)
                        .withStdOut(true)
                        .withStdErr(true)
                        .withFollowStream(true)
                        .exec(skipping)) {
            copying.awaitCompletion();
        } catch (NotFoundException e) {
            // It is gone, and its log with it.
        } catch (IOException e) {
            throw new Fault(Kind.UNAVAILABLE, "cannot read the log of " + container, "", e);
        }
    }

    /// Leaves out what is known already.
    private static final class Skipping extends ResultCallback.Adapter<Frame> {
        private final long from;
        private final Output output;
        private long end;

        Skipping(long from, Output output) {
            this.from = from;
            this.output = output;
        }

        @Override
        public void onNext(Frame frame) {
            byte[] bytes = frame.getPayload();
            long begin = end;
            end += bytes.length;
            if (end > from) {
                int known = (int) Math.max(0, from - begin);
                output.bytes(bytes, known, bytes.length - known, end);
            }
        }
    }
}
