package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer.Answer;
import io.slipway.runners.kubernetes.app.Workloads.Where;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether a container serves as the cluster sees it: every pod of it is ready and gets requests,
/// and those of the one before get none any more. The nodes ask; here it is read what came of that.
///
/// @param client of the cluster
record Readiness(KubernetesClient client) {
    private static final Pattern STATUS = Pattern.compile("statuscode: (\\d+)");
    private static final Pattern WHY =
            Pattern.compile("^Readiness probe failed: (?:Get \"[^\"]*\": )?(.*)$");

    /// @param pods those of the container
    /// @param others whether the app has pods of another one that are not about to go
    Answer of(
            Where where,
            Deployment workload,
            AppState pods,
            boolean others,
            int port,
            Health health) {
        int wanted = Workloads.pods(workload);
        List<Pod> ready = pods.ready();
        if (ready.size() < wanted) {
            return unready(where, pods, ready, port, health);
        }
        if (!settled(workload, wanted) || others) {
            return new Answer(false, true, true, "the pods before it have not given way yet");
        }
        if (port != 0 && !reached(where, ready)) {
            return new Answer(false, true, true, "its pods get no requests yet");
        }
        return new Answer(true, true, true, wanted + " of " + wanted + " pods are ready");
    }

    private static boolean settled(Deployment workload, int wanted) {
        DeploymentStatus status = workload.getStatus();
        Long seen = status == null ? null : status.getObservedGeneration();
        return status != null
                && seen != null
                && seen >= workload.getMetadata().getGeneration()
                && number(status.getUpdatedReplicas()) >= wanted
                && number(status.getAvailableReplicas()) >= wanted
                && number(status.getReplicas()) <= number(status.getUpdatedReplicas());
    }

    private static int number(@Nullable Integer value) {
        return Objects.requireNonNullElse(value, 0);
    }

    private boolean reached(Where where, List<Pod> ready) {
        Set<String> reached = new HashSet<>();
        client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(where.namespace())
                .withLabel("kubernetes.io/service-name", where.name())
                .list()
                .getItems()
                .forEach(
                        slice ->
                                slice.getEndpoints().stream()
                                        .filter(e -> e.getTargetRef() != null)
                                        .filter(e -> e.getConditions() != null)
                                        .filter(
                                                e ->
                                                        Boolean.TRUE.equals(
                                                                e.getConditions().getReady()))
                                        .forEach(e -> reached.add(e.getTargetRef().getName())));
        return ready.stream().allMatch(pod -> reached.contains(pod.getMetadata().getName()));
    }

    private Answer unready(Where where, AppState pods, List<Pod> ready, int port, Health health) {
        int all = Math.max(pods.alive().size(), ready.size());
        String count = ready.isEmpty() ? "" : ready.size() + " of " + all + " pods are ready; ";
        var obstacle = pods.obstacle();
        if (obstacle.isPresent()) {
            return new Answer(false, true, true, count + obstacle.get().sentence());
        }
        for (Pod pod : pods.alive()) {
            String said = ready.contains(pod) ? null : probed(where, pod);
            if (said != null) {
                return probe(count, said, port, health);
            }
        }
        return new Answer(false, true, true, count + "it was not asked yet");
    }

    /// What its node said last of the question for its health.
    private @Nullable String probed(Where where, Pod pod) {
        return client
                .v1()
                .events()
                .inNamespace(where.namespace())
                .withField("involvedObject.uid", pod.getMetadata().getUid())
                .withField("reason", "Unhealthy")
                .list()
                .getItems()
                .stream()
                .max(Comparator.comparing(Readiness::time))
                .map(Event::getMessage)
                .orElse(null);
    }

    private static String time(Event event) {
        return Objects.requireNonNullElse(
                event.getLastTimestamp(),
                Objects.requireNonNullElse(event.getMetadata().getCreationTimestamp(), ""));
    }

    /// In Slipway's words, as far as they are known.
    static Answer probe(String count, String said, int port, Health health) {
        String question = "GET " + health.path();
        Matcher status = STATUS.matcher(said);
        if (status.find()) {
            return new Answer(false, true, true, count + question + " answered " + status.group(1));
        }
        if (said.contains("connection refused")) {
            return new Answer(
                    false, false, false, count + "nothing accepts a connection at port " + port);
        }
        Matcher why = WHY.matcher(said.strip());
        String rest = why.matches() ? why.group(1) : said.strip();
        String asked = health.path() == null ? "a connection to port " + port : question;
        return new Answer(false, false, true, count + asked + " got no answer: " + rest);
    }
}
