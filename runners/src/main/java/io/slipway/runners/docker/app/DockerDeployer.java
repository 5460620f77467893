package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.RestartPolicy;

import io.slipway.engine.release.Deployer;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A Docker engine as target. The switch reaches a container by its address, or, where addresses
/// are out of reach (Docker Desktop), by a port on 127.0.0.1; both stay the same when the engine
/// restarts the container.
public final class DockerDeployer implements Deployer {
    private static final int TRIES = 5;
    private static final String MADE = "created";

    private final DockerClient docker;
    private final ContainerOutput output;
    private final InContainer inContainer;
    private final EngineMemory memory;
    private final String instance;
    private final AppImages images;
    private final AppNetworks networks;
    private final AppContainer containers;
    private final HookContainers hooks;
    private final boolean reachable;

    /// @param instance 8 hexadecimal digits
    /// @param reachable whether containers' addresses can be connected to from here
    /// @param subnets gives a free IPv4 subnet of 256 addresses for a network
    public DockerDeployer(
            DockerEngine engine,
            String instance,
            AppImages images,
            boolean reachable,
            Supplier<String> subnets) {
        this.docker = engine.client();
        this.output = new ContainerOutput(engine);
        this.inContainer = new InContainer(engine);
        this.memory = new EngineMemory(engine);
        this.instance = instance;
        this.images = images;
        this.reachable = reachable;
        this.networks = new AppNetworks(docker, instance, subnets);
        this.containers = new AppContainer(docker, instance, reachable);
        this.hooks = new HookContainers(docker, instance);
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
                    InspectContainerResponse found = inspect(order.container());
                    if (found != null && !MADE.equals(found.getState().getStatus())) {
                        return;
                    }
                    patiently(
                            () -> {
                                remove(order.container());
                                make(order, order.container(), containers::create);
                                docker.startContainerCmd(order.container()).exec();
                            });
                });
    }

    private static void patiently(Runnable call) {
        for (int left = TRIES; !done(call, left > 1); left--) {}
    }

    private interface Creation {
        void create(AppOrder order, String network, String address);
    }

    /// Makes a container that is in all networks of the app.
    private void make(AppOrder order, String name, Creation creation) {
        synchronized (this) {
            String network = networks.environment(order.placement());
            creation.create(order, network, networks.address(network, order.slot()));
        }
        for (String peer : order.peers()) {
            networks.connect(networks.named(order.placement(), peer), name, null);
        }
    }

    @Override
    public void makeHook(AppOrder like, Hook hook) {
        doing(
                "cannot make the container of a hook of " + like.placement().app(),
                () -> {
                    if (!hooks.wanted(hook.container())) {
                        patiently(
                                () -> {
                                    hooks.removeMade(hook.container());
                                    make(
                                            like,
                                            hook.container(),
                                            (order, network, address) ->
                                                    containers.create(
                                                            order, hook, network, address));
                                });
                    }
                });
    }

    @Override
    public Optional<String> startHook(String container, String as) {
        try {
            return hooks.start(container, as);
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot start " + as, e);
        }
    }

    @Override
    public void removeHook(String container) {
        doing("cannot remove " + container, () -> hooks.remove(container));
    }

    @Override
    public Set<String> hooks() {
        try {
            return hooks.names();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look for the containers of hooks", e);
        }
    }

    /// @param again whether what may pass is no fault
    /// @return false when somebody was faster with a port or a network
    private static boolean done(Runnable call, boolean again) {
        try {
            call.run();
            return true;
        } catch (DockerException e) {
            if (again && passes(String.valueOf(e.getMessage()))) {
                return false;
            }
            throw e;
        }
    }

    /// A port on 127.0.0.1 was free when it was chosen; a network was there when it was looked for.
    /// (An address that is in use does not pass: addresses belong to rows.)
    private static boolean passes(String message) {
        boolean port =
                message.contains("port is already allocated")
                        || message.contains("bind: address already in use");
        return port || message.matches("(?s).*network \\S+ not found.*");
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
        InspectContainerResponse found = inspect(container);
        if (found == null) {
            return Condition.NONE;
        }
        ContainerState state = found.getState();
        String run = String.valueOf(state.getStartedAt());
        boolean outOfMemory = Boolean.TRUE.equals(state.getOOMKilled());
        if (Boolean.TRUE.equals(state.getRestarting())) {
            return new Condition(
                    Condition.State.RESTARTING, exit(state), outOfMemory, 0, false, run);
        }
        if (Boolean.TRUE.equals(state.getRunning())) {
            return new Condition(Condition.State.RUNNING, null, outOfMemory, 0, false, run);
        }
        if (MADE.equals(state.getStatus())) {
            return new Condition(Condition.State.MADE, null, false, 0, false, "");
        }
        Long limit = found.getHostConfig().getMemory();
        return new Condition(
                Condition.State.ENDED,
                exit(state),
                outOfMemory,
                limit == null ? 0 : limit,
                memory.forgot(container, state),
                run);
    }

    private static int exit(ContainerState state) {
        Long code = state.getExitCodeLong();
        return code == null ? 0 : code.intValue();
    }

    private @Nullable InspectContainerResponse inspect(String container) {
        try {
            return docker.inspectContainerCmd(container).exec();
        } catch (NotFoundException e) {
            return null;
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look at " + container, e);
        }
    }

    @Override
    public List<Socket> listening(String container) {
        InspectContainerResponse found = inspect(container);
        return inContainer.listening(
                container, found == null ? null : found.getState().getPidLong());
    }

    @Override
    public int exec(String container, List<String> command, byte[] input, Printed printed)
            throws InterruptedException, IOException {
        return inContainer.exec(container, command, input, printed);
    }

    @Override
    public boolean reaches(String container, int port) {
        return reachable
                || Integer.toString(port).equals(labels(container).get(AppLabels.PUBLISHED));
    }

    @Override
    public String backend(String container, int port) {
        Map<String, String> labels = labels(container);
        return reachable
                ? labels.get(AppLabels.ADDRESS) + ":" + port
                : "127.0.0.1:" + labels.get(AppLabels.HOST_PORT);
    }

    private Map<String, String> labels(String container) {
        InspectContainerResponse found = inspect(container);
        if (found == null) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot reach " + container + ": its container is gone",
                    "retry the run");
        }
        return found.getConfig().getLabels();
    }

    @Override
    public List<String> tail(String container, int lines) {
        return output.tail(container, lines);
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
        } catch (RuntimeException e) {
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
                .orElseThrow(() -> new NotFoundException("No such container: " + name));
    }

    private static String name(Container container) {
        return container.getNames()[0].substring(1);
    }

    private List<Container> list() {
        try {
            return docker.listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(Map.of(AppLabels.INSTANCE, instance, AppLabels.KIND, "app"))
                    .exec();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look for the containers of apps", e);
        }
    }

    @Override
    public void stop(String container, Duration grace) {
        try {
            docker.stopContainerCmd(container).withTimeout((int) grace.toSeconds()).exec();
        } catch (NotFoundException | NotModifiedException e) {
            // It does not run.
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot stop " + container, e);
        }
    }

    @Override
    public void restart(String container) {
        try {
            docker.startContainerCmd(container).exec();
        } catch (NotModifiedException e) {
            // It runs.
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot start " + container + " again", e);
        }
    }

    @Override
    public void remove(String container) {
        try {
            docker.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException e) {
            // It is gone.
        } catch (RuntimeException e) {
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
    public void sweep() {
        doing(
                "cannot look for networks that nobody needs",
                () -> {
                    synchronized (this) {
                        List<Container> all = new ArrayList<>(list());
                        all.addAll(hooks.all());
                        networks.sweep(all);
                    }
                });
    }

    @Override
    public void follow(String container, LogMark after, Output output) throws InterruptedException {
        this.output.follow(container, after, output);
    }
}
