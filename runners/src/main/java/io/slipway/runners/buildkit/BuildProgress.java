package io.slipway.runners.buildkit;

import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.runners.buildkit.BuildStatus.Status;
import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Passes on what BuildKit tells of one build, without what is of no use to whoever wrote the
/// Dockerfile.
public final class BuildProgress {
    private static final String CANCELLED = "context canceled";
    private static final long MEGABYTE = 1_000_000;

    /// An image that was laid beside the context in place of a registry's.
    private static final Pattern LAID = Pattern.compile("\\[context (\\S+)\\] (.*)");

    private final Listener listener;
    private final UnaryOperator<String> rename;
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Status> pulls = new LinkedHashMap<>();
    private @Nullable Vertex failed;

    /// @param listener told on the thread that calls [#add]
    public BuildProgress(Listener listener) {
        this(listener, name -> name);
    }

    /// @param rename what a step is called instead
    BuildProgress(Listener listener, UnaryOperator<String> rename) {
        this.listener = listener;
        this.rename = rename;
    }

    /// Passes on one message.
    public void add(BuildStatus status) {
        status.vertices().forEach(vertex -> vertex(vertex.named(rename)));
        status.statuses().forEach(this::pull);
        for (BuildStatus.Log log : status.logs()) {
            listener.output(log.vertex(), log.bytes());
        }
    }

    /// The vertex that failed; null when none did.
    public @Nullable Vertex failed() {
        return failed;
    }

    private void vertex(Vertex vertex) {
        names.put(vertex.digest(), vertex.name());
        String fault = vertex.error();
        if (fault != null && !fault.isEmpty() && !fault.contains(CANCELLED)) {
            failed = vertex;
            if (Frontend.resolves(vertex.name())) {
                return;
            }
        } else if (internal(vertex.name())) {
            return;
        }
        listener.layer(
                vertex.digest(),
                shown(vertex.name()),
                vertex.cached(),
                vertex.started(),
                vertex.completed(),
                fault);
    }

    private static boolean internal(String name) {
        Matcher laid = LAID.matcher(name);
        return name.startsWith("[internal]")
                || name.equals("copy /context /")
                || laid.matches() && laid.group(2).startsWith("load metadata ")
                || Frontend.resolves(name);
    }

    /// A layer has the same name, whichever way image and context take.
    private static String shown(String name) {
        Matcher laid = LAID.matcher(name);
        if (laid.matches() && !laid.group(2).startsWith("load metadata ")) {
            return "FROM " + laid.group(1).replaceFirst("::.*", "");
        }
        return name.equals("exporting to oci image format") ? "exporting to image" : name;
    }

    private void pull(Status status) {
        String name = names.getOrDefault(status.vertex(), "");
        int from = name.indexOf("FROM ");
        if (from < 0 || status.total() <= 0 || !status.id().startsWith("sha256:")) {
            return;
        }
        pulls.put(status.id(), status);
        long done = pulls.values().stream().mapToLong(Status::current).sum();
        long all = pulls.values().stream().mapToLong(Status::total).sum();
        listener.progress(
                "pulls %s, %d of %d MB"
                        .formatted(name.substring(from + 5), done / MEGABYTE, all / MEGABYTE));
    }
}
