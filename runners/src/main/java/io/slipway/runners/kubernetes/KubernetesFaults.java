package io.slipway.runners.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.fault.Fault;

/// What a cluster's answers mean: the one place that turns them into faults.
public final class KubernetesFaults {
    private static final int FORBIDDEN = 403;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int INVALID = 422;

    private KubernetesFaults() {}

    /// @param what what could not be done, such as `cannot start job 12`
    public static Fault of(String what, Throwable e) {
        if (e instanceof Fault fault) {
            return fault;
        }
        if (!(e instanceof KubernetesClientException answer)) {
            return new Fault(
                    Fault.Kind.UNAVAILABLE,
                    what + ": the cluster did not answer",
                    "try again when it does",
                    e);
        }
        String why = why(answer);
        return switch (answer.getCode()) {
            case UNAUTHORIZED ->
                    new Fault(
                            Fault.Kind.PERMISSION,
                            what + ": the cluster does not know Slipway's token: " + why,
                            "connect the cluster again",
                            e);
            case FORBIDDEN ->
                    why.contains("exceeded quota")
                            ? new Fault(
                                    Fault.Kind.UNAVAILABLE,
                                    what + ": the namespace's quota is used up: " + why,
                                    "raise the quota, or wait until other jobs have ended",
                                    e)
                            : new Fault(
                                    Fault.Kind.PERMISSION,
                                    what + ": the cluster does not allow it: " + why,
                                    "give Slipway's account the right that is named",
                                    e);
            case NOT_FOUND -> new Fault(Fault.Kind.NOT_FOUND, what + ": " + why, "", e);
            case CONFLICT -> new Fault(Fault.Kind.CONFLICT, what + ": " + why, "try again", e);
            case INVALID ->
                    new Fault(
                            Fault.Kind.CONFIGURATION,
                            what + ": the cluster refuses it: " + why,
                            "correct what it names",
                            e);
            default ->
                    new Fault(
                            Fault.Kind.UNAVAILABLE,
                            what + ": the cluster did not answer: " + why,
                            "try again when it does",
                            e);
        };
    }

    /// The same where everything that the cluster refuses is the cluster's doing, or that of
    /// whoever runs it, unless it calls what it was given invalid: UNAVAILABLE then.
    public static Fault ofCluster(String what, Throwable e) {
        Fault fault = of(what, e);
        return fault.kind() == Fault.Kind.CONFIGURATION
                ? fault
                : new Fault(Fault.Kind.UNAVAILABLE, fault.message(), fault.remedy(), e);
    }

    /// Whether an answer says that something is not there.
    public static boolean notFound(KubernetesClientException e) {
        return e.getCode() == NOT_FOUND;
    }

    /// Whether an answer says that something of that name is there, or was changed meanwhile.
    public static boolean conflict(KubernetesClientException e) {
        return e.getCode() == CONFLICT;
    }

    private static String why(KubernetesClientException e) {
        Status status = e.getStatus();
        String why = status == null ? null : status.getMessage();
        return why == null ? String.valueOf(e.getMessage()) : why;
    }
}
