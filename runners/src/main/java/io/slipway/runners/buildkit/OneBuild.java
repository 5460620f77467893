package io.slipway.runners.buildkit;

import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.image.Manifests;
import io.slipway.engine.image.Registry;
import io.slipway.engine.plan.Resources;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One order in a session, from the Dockerfile to the image or what is wrong with it. Images that
/// only the engine has are laid beside the context first; which they are shows at the latest when
/// BuildKit can't pull them.
final class OneBuild {
    private static final String ERROR = "error: ";
    private static final int LONGEST_ERROR = 1 << 16;

    private final BuildSession session;
    private final BuildOrder order;
    private final Listener listener;
    private final Registry registry;
    private final UnpublishedImages bases;

    OneBuild(
            BuildSession session,
            BuildOrder order,
            Listener listener,
            Registry registry,
            UnpublishedImages bases) {
        this.session = session;
        this.order = order;
        this.listener = listener;
        this.registry = registry;
        this.bases = bases;
    }

    /// What came of one call of BuildKit.
    ///
    /// @param vertex that failed; null when none did
    /// @param error BuildKit's last word; empty when there is an image
    record Result(BuildSession.Ended ended, @Nullable Vertex vertex, String error) {
        boolean frontendMissing() {
            return ended.code() != 0 && BuildVerdict.frontendMissing(vertex, error);
        }

        /// @return when the Dockerfile, or a command in it, said no; else it throws
        BuildFailed failed(Instructions instructions, Resources limits) {
            BuildFailed failed =
                    BuildVerdict.failed(vertex, error, instructions, BuilderFaults::of);
            String limit = limit(failed.exitCode(), limits);
            return limit == null
                    ? failed
                    : new BuildFailed(
                            String.valueOf(failed.getMessage()),
                            failed.line(),
                            failed.exitCode(),
                            limit);
        }

        private @Nullable String limit(@Nullable Integer exitCode, Resources limits) {
            if (exitCode == null) {
                return null;
            }
            if (ended.oom()) {
                return "out of memory: the builder has "
                        + (limits.memoryBytes() >> 20)
                        + " MiB for all that runs in it";
            }
            return ended.pids()
                    ? "too many processes: the builder may have " + limits.pids()
                    : null;
        }
    }

    /// @throws IOException when the session broke off
    Result with(Dockerfile dockerfile) throws IOException {
        session.dockerfile(dockerfile.text());
        Instructions instructions = Instructions.parse(dockerfile.text());
        FromReferences named = FromReferences.of(instructions);
        Set<String> references = named.all();
        Map<String, String> laid = new LinkedHashMap<>();
        for (String reference : references) {
            lay(reference, false, laid);
        }
        while (true) {
            Result result = once(laid, new LaidStages(instructions, named.bases(), laid.keySet()));
            if (result.ended().code() == 0 || !layMissing(references, result, laid)) {
                return result;
            }
        }
    }

    /// Lays the images beside the context that BuildKit could not pull and the engine has.
    ///
    /// @return whether there is any
    private boolean layMissing(Set<String> references, Result result, Map<String, String> laid)
            throws IOException {
        Vertex vertex = result.vertex();
        String said = (vertex == null ? "" : vertex.name() + " ") + result.error();
        int before = laid.size();
        if (said.contains("load metadata for") || said.contains("failed to resolve source")) {
            for (String reference : references) {
                String name = reference.replaceFirst(":[^/]*$", "");
                if (!laid.containsKey(reference) && said.contains(name)) {
                    lay(reference, true, laid);
                }
            }
        }
        return laid.size() > before;
    }

    private void lay(String reference, boolean refused, Map<String, String> laid)
            throws IOException {
        String repository = order.owner().repository();
        Optional<String> copied = bases.copy(reference, repository, refused, listener);
        if (copied.isPresent()) {
            String digest = copied.get();
            Manifests.Stored manifest =
                    registry.manifests()
                            .find(repository, digest)
                            .orElseThrow(() -> new IOException(digest + " is gone"));
            JsonNode read = JsonMapper.shared().readTree(manifest.bytes());
            give(ExportedImage.Blob.of(read.path("config")));
            for (JsonNode layer : read.path("layers")) {
                give(ExportedImage.Blob.of(layer));
            }
            String hex = Digest.parse(digest).hex();
            if (!session.has(hex)) {
                byte[] bytes = manifest.bytes();
                session.blob(hex, bytes.length, new ByteArrayInputStream(bytes));
            }
            laid.put(reference, digest);
        }
    }

    private void give(ExportedImage.Blob blob) throws IOException {
        if (!session.has(blob.digest().hex())) {
            String repository = order.owner().repository();
            try (InputStream in = registry.read(repository, blob.digest(), 0, blob.size())) {
                session.blob(blob.digest().hex(), blob.size(), in);
            }
        }
    }

    private Result once(Map<String, String> laid, LaidStages stages) throws IOException {
        List<String> arguments = new ArrayList<>();
        order.labels().forEach((name, value) -> option(arguments, "label:" + name + "=" + value));
        laid.forEach(
                (reference, digest) ->
                        option(
                                arguments,
                                "context:" + reference + "=oci-layout://slipway@" + digest));
        BuildProgress progress = new BuildProgress(listener, stages::name);
        StringBuilder said = new StringBuilder();
        BuildSession.Ended ended =
                session.build(
                        arguments,
                        line -> {
                            if (!read(line, progress) && said.length() < LONGEST_ERROR) {
                                said.append(line).append('\n');
                            }
                        });
        return new Result(ended, progress.failed(), ended.code() == 0 ? "" : error(said));
    }

    private static void option(List<String> arguments, String option) {
        arguments.add("--opt");
        arguments.add(option);
    }

    private static boolean read(String line, BuildProgress progress) {
        if (!line.startsWith("{")) {
            return false;
        }
        BuildStatus status;
        try {
            status = BuildStatus.of(JsonMapper.shared().readTree(line));
        } catch (JacksonException | IllegalArgumentException e) {
            return false; // a word of its error that only looks like it
        }
        progress.add(status);
        return true;
    }

    private static String error(StringBuilder said) {
        String text = said.toString();
        int error = text.startsWith(ERROR) ? 0 : text.lastIndexOf("\n" + ERROR) + 1;
        return text.substring(error).replaceFirst("^" + ERROR, "").strip();
    }

    /// What a session that broke off means.
    Fault lost(IOException e) {
        return BuilderFaults.lost("cannot build the image", session.builder(), e);
    }
}
