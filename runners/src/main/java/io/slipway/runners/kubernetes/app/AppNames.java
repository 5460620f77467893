package io.slipway.runners.kubernetes.app;

import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Placement;
import io.slipway.runners.kubernetes.KubernetesLabels;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// What the objects of apps are called, and by what they are found.
final class AppNames {
    /// The kind of what belongs to an app that serves, in its label.
    static final String APP = "app";

    /// The kind of what belongs to a hook.
    static final String HOOK = "hook";

    /// The kind of namespaces.
    static final String ENVIRONMENT = "environment";

    /// Which container of the port it belongs to.
    static final String CONTAINER = "slipway.io/container";

    /// On a workload: which container it shall be.
    static final String WANTED = "slipway.io/container";

    /// On a workload: which container it was before, if that served.
    static final String BEFORE = "slipway.io/before";

    /// On a workload: the fence of the rollout that changed it last.
    static final String FENCE = "slipway.io/fence";

    /// On a workload: the placement whose fence that is.
    static final String PLACEMENT = "slipway.io/placement";

    /// On pods: how many there are of them, or are at least.
    static final String PODS = "slipway.io/pods";

    /// On pods: a checksum of the configuration that is no secret.
    static final String CONFIGURATION = "slipway.io/configuration";

    /// The container of the app in its pods.
    static final String CONTAINER_NAME = "app";

    static final String NAME = "app.kubernetes.io/name";

    private static final int LONGEST = 63;

    private AppNames() {}

    /// The namespace of a project's environment. Two never have one name: where the parts could be
    /// told apart in two ways, a checksum follows.
    static String namespace(String prefix, Placement at) {
        String plain = prefix + at.project().replace('/', '-') + "-" + at.environment();
        boolean plainly =
                !at.project().contains("/")
                        && at.environment().matches("[a-z0-9]+|pr-[0-9]+")
                        && plain.length() <= LONGEST;
        if (plainly) {
            return plain;
        }
        String sum = checksum(at.project() + " " + at.environment()).substring(0, 8);
        String cut = plain.substring(0, Math.min(plain.length(), LONGEST - sum.length() - 1));
        return cut.replaceAll("-+$", "") + "-" + sum;
    }

    /// The object of a release's configuration: `web-12-4711-1`, for release 12 rolled out by
    /// attempt 1 of job 4711.
    static String configuration(AppOrder order) {
        String[] parts = order.container().split("-", 3);
        return order.placement().app() + "-" + order.release() + "-" + parts[parts.length - 1];
    }

    /// By what the pods of an app are selected; it never changes.
    static Map<String, String> selector(String app) {
        return new TreeMap<>(Map.of(NAME, app, KubernetesLabels.KIND, APP));
    }

    /// Labels of whatever belongs to an app.
    static Map<String, String> labels(String instance, Placement at, String kind) {
        Map<String, String> labels = KubernetesLabels.of(instance, kind);
        labels.put(NAME, at.app());
        labels.put("app.kubernetes.io/instance", at.app() + "-" + at.environment());
        labels.put("app.kubernetes.io/part-of", at.project().replace('/', '.'));
        labels.replaceAll((key, value) -> value(value));
        return labels;
    }

    /// Labels of what belongs to one container.
    static Map<String, String> labels(String instance, AppOrder order, String kind) {
        Map<String, String> labels = labels(instance, order.placement(), kind);
        labels.put("app.kubernetes.io/version", Integer.toString(order.release()));
        labels.put(CONTAINER, order.container());
        return labels;
    }

    private static String value(String text) {
        String cut = text.substring(0, Math.min(text.length(), LONGEST));
        return cut.replaceAll("[^A-Za-z0-9]+$", "");
    }

    /// SHA-256, as hexadecimal digits.
    static String checksum(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
