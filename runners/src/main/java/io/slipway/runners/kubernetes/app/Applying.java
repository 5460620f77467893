package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.KubernetesFaults;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Objects as they shall be, by server-side apply. An object with a resource version is changed
/// only as it was then.
///
/// @param client of the cluster
record Applying(KubernetesClient client) {
    /// By whom fields of Slipway's are owned.
    static final String MANAGER = "slipway";

    private static final Pattern OWNER = Pattern.compile("conflict with \"([^\"]+)\"");
    private static final String FIELD_OWNED = "FieldManagerConflict";

    /// @throws Fault CONFLICT with who owns a field that somebody else has set
    <T extends HasMetadata> T apply(T object) {
        return apply(object, false);
    }

    /// The same, and what somebody else has set is overwritten.
    <T extends HasMetadata> T enforce(T object) {
        return apply(object, true);
    }

    /// What [#apply] would make of it; nothing is changed.
    <T extends HasMetadata> T rehearse(T object) {
        return patched(object, how(false).withDryRun(List.of("All")).build());
    }

    private <T extends HasMetadata> T apply(T object, boolean force) {
        return patched(object, how(force).build());
    }

    private static PatchContext.Builder how(boolean force) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(MANAGER)
                .withForce(force);
    }

    private <T extends HasMetadata> T patched(T object, PatchContext how) {
        try {
            return client.resource(object)
                    .patch(how, client.getKubernetesSerialization().asJson(object));
        } catch (KubernetesClientException e) {
            throw refused(object, e);
        }
    }

    /// Whether an answer says that the object is another by now.
    static boolean changedMeanwhile(Fault fault) {
        return fault.kind() == Fault.Kind.CONFLICT
                && fault.getCause() instanceof KubernetesClientException e
                && owned(e).isEmpty();
    }

    private static Fault refused(HasMetadata object, KubernetesClientException e) {
        String what =
                object.getKind().toLowerCase(Locale.ROOT) + " " + object.getMetadata().getName();
        List<StatusCause> owned = owned(e);
        if (owned.isEmpty()) {
            return KubernetesFaults.of("cannot apply " + what, e);
        }
        String fields =
                owned.stream()
                        .map(cause -> cause.getField() + " belongs to " + owner(cause))
                        .distinct()
                        .collect(Collectors.joining(", "));
        return new Fault(
                Fault.Kind.CONFLICT,
                "cannot apply " + what + ": " + fields,
                "take the change back there, or remove the "
                        + what
                        + " in the namespace "
                        + object.getMetadata().getNamespace()
                        + ": Slipway makes it anew",
                e);
    }

    private static List<StatusCause> owned(KubernetesClientException e) {
        if (e.getStatus() == null || e.getStatus().getDetails() == null) {
            return List.of();
        }
        return Objects.requireNonNullElse(
                        e.getStatus().getDetails().getCauses(), List.<StatusCause>of())
                .stream()
                .filter(cause -> FIELD_OWNED.equals(cause.getReason()))
                .toList();
    }

    private static String owner(StatusCause cause) {
        Matcher named = OWNER.matcher(String.valueOf(cause.getMessage()));
        return named.find() ? named.group(1) : String.valueOf(cause.getMessage());
    }
}
