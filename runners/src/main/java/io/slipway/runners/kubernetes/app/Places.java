package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.app.Workloads.Where;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Which container has the place of an app: one takes it, gives it up to the one before, or gets it
/// back. Each change is made only to the workload as it was looked at, and looks again when that
/// was changed meanwhile.
///
/// @param client of the cluster
/// @param manifests what releases are made of
/// @param workloads finds them
/// @param applying changes them
record Places(
        KubernetesClient client, AppManifests manifests, Workloads workloads, Applying applying) {
    private static final int TRIES = 30;

    private static final Duration ENDING = Duration.ofSeconds(AppPod.GRACE + 15);
    private static final long AGAIN_MILLIS = 250;

    /// Gives the place to a new one.
    ///
    /// @throws Fault CONFLICT when a later rollout has begun, or a field belongs to somebody else
    void take(AppOrder order, Where where) {
        changing(where, found -> take(order, where, found));
        prune(order, where);
    }

    private void take(AppOrder order, Where where, @Nullable Deployment found) {
        if (found != null && overtaken(order, found)) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot start " + order + ": a later rollout has begun",
                    "see it with 'slipway status'");
        }
        for (HasMetadata object : manifests.of(order, before(order, where, found))) {
            if (object instanceof Deployment && found != null) {
                object.getMetadata().setResourceVersion(found.getMetadata().getResourceVersion());
            }
            applying.apply(object);
        }
    }

    /// Fences of another placement say nothing: it was of a project that is gone.
    private static boolean overtaken(AppOrder order, Deployment found) {
        String fence = Workloads.note(found, AppNames.FENCE);
        String placement = Workloads.note(found, AppNames.PLACEMENT);
        return fence != null
                && Long.toString(order.placement().id()).equals(placement)
                && Long.parseLong(fence) > order.fence();
    }

    /// Which container gets its place back if the new one does not serve.
    @Nullable String before(AppOrder order, Where where, @Nullable Deployment found) {
        if (found == null) {
            return null;
        }
        String now = Workloads.wanted(found);
        String past = Workloads.note(found, AppNames.BEFORE);
        if (now == null || now.equals(order.container())) {
            return past;
        }
        if (Workloads.pods(found) == 0) {
            return null;
        }
        boolean serves = !new AppState(workloads.pods(where, now), null).ready().isEmpty();
        return serves || past == null ? now : past;
    }

    /// Nothing happens when it has not the place.
    void giveUp(Where where, String container) {
        changing(where, found -> giveUp(where, found, container));
    }

    /// The one before gets its place back; where there is none, nothing runs.
    private void giveUp(Where where, @Nullable Deployment found, String container) {
        if (found == null || !container.equals(Workloads.wanted(found))) {
            return;
        }
        String before = Workloads.note(found, AppNames.BEFORE);
        ReplicaSet past = past(where, found, container).orElse(null);
        if (before != null && past != null) {
            applying.enforce(workloads.changed(found, before, past.getSpec().getTemplate(), true));
        } else if (Workloads.pods(found) > 0) {
            PodTemplateSpec now = found.getSpec().getTemplate();
            applying.enforce(workloads.changed(found, container, now, false));
        }
    }

    private Optional<ReplicaSet> past(Where where, Deployment found, String container) {
        return Optional.ofNullable(Workloads.note(found, AppNames.BEFORE))
                .filter(before -> !before.equals(container))
                .flatMap(before -> workloads.past(where, before));
    }

    /// Waits until no pod of it is there, unless its app goes on as another one.
    void awaitEnd(Where where, String container) {
        long deadline = System.nanoTime() + ENDING.toNanos();
        Deployment found = workloads.find(where);
        boolean stays = found == null || !container.equals(Workloads.wanted(found));
        while (!stays && !workloads.pods(where, container).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new Fault(
                        Kind.UNAVAILABLE,
                        "cannot stop " + container + ": its pods do not end",
                        "look at them with kubectl -n " + where.namespace() + " get pods");
            }
            try {
                Thread.sleep(AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Fault(Kind.UNAVAILABLE, "cannot stop " + container + ": cut off", "");
            }
        }
    }

    /// @throws Fault NOT_FOUND when nothing is left of it
    void giveBack(Where where, String container) {
        changing(where, found -> giveBack(where, found, container));
    }

    private void giveBack(Where where, @Nullable Deployment found, String container) {
        if (found == null) {
            throw gone(container);
        }
        boolean its =
                container.equals(Workloads.wanted(found))
                        && container.equals(Workloads.actual(found));
        if (its && Workloads.pods(found) > 0) {
            return;
        }
        PodTemplateSpec template =
                its
                        ? found.getSpec().getTemplate()
                        : workloads
                                .past(where, container)
                                .map(set -> set.getSpec().getTemplate())
                                .orElseThrow(() -> gone(container));
        applying.enforce(workloads.changed(found, container, template, true));
    }

    /// Its place goes to the one before, or the workload goes. It cannot get it back any more.
    void remove(Where where, String container) {
        changing(where, found -> remove(where, found, container));
        workloads.cutOff(where, container);
    }

    private void remove(Where where, @Nullable Deployment found, String container) {
        if (found == null || !container.equals(Workloads.wanted(found))) {
            return;
        }
        if (past(where, found, container).isPresent()) {
            giveUp(where, found, container);
            return;
        }
        try {
            client.apps()
                    .deployments()
                    .inNamespace(where.namespace())
                    .withName(where.name())
                    .lockResourceVersion(found.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            if (!KubernetesFaults.notFound(e)) {
                throw KubernetesFaults.of("cannot remove " + container, e);
            }
        }
    }

    /// What a release had and this one has not.
    private void prune(AppOrder order, Where where) {
        var scale = order.app().scale();
        if (scale == null || scale.cpu() == null) {
            client.autoscaling()
                    .v2()
                    .horizontalPodAutoscalers()
                    .inNamespace(where.namespace())
                    .withName(where.name())
                    .delete();
        }
        if (order.port() == 0) {
            client.services().inNamespace(where.namespace()).withName(where.name()).delete();
        }
    }

    /// Changes a workload as it is now, however often it is changed meanwhile.
    private void changing(Where where, Consumer<@Nullable Deployment> change) {
        for (int left = TRIES; ; left--) {
            try {
                change.accept(workloads.find(where));
                return;
            } catch (Fault e) {
                if (left == 1 || !Applying.changedMeanwhile(e)) {
                    throw e;
                }
            }
        }
    }

    static Fault gone(String container) {
        return new Fault(
                Kind.NOT_FOUND, "cannot use " + container + ": it is gone", "retry the run");
    }
}
