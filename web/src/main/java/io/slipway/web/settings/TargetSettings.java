package io.slipway.web.settings;

import io.slipway.web.settings.Sources.Wrong;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The cluster where apps run.
///
/// @param kubeconfig a file; null: inside a cluster the account of the own pod, else what `kubectl`
///   takes
/// @param prefix with which the names of namespaces begin
/// @param restricted whether namespaces have the profile `restricted`; else `baseline`
/// @param node an address by which the switch reaches apps through a port of the nodes; null: it
///   reaches services at their own addresses
/// @param door what else leads to apps; null: nothing
public record TargetSettings(
        @Nullable Path kubeconfig,
        String prefix,
        boolean restricted,
        @Nullable String node,
        @Nullable Door door) {
    private static final String NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
    private static final Pattern DOOR =
            Pattern.compile(
                    "ingress:(?<class>"
                            + NAME
                            + ")|gateway:(?<namespace>"
                            + NAME
                            + ")/(?<name>"
                            + NAME
                            + ")");

    /// What leads to apps beside the switch.
    ///
    /// @param ingressClass of an Ingress; null for a Gateway
    /// @param namespace of the Gateway; null for an Ingress
    /// @param gateway name of the Gateway; null for an Ingress
    public record Door(
            @Nullable String ingressClass, @Nullable String namespace, @Nullable String gateway) {}

    /// @param path makes an absolute path of what somebody wrote
    /// @return null where apps run on the Docker engine
    static @Nullable TargetSettings read(Sources sources, Function<String, Path> path) {
        boolean asked = sources.value(Setting.DEPLOYER, TargetSettings::kubernetes).orElse(false);
        TargetSettings settings =
                new TargetSettings(
                        sources.value(Setting.KUBECONFIG, path).orElse(null),
                        sources.value(Setting.KUBERNETES_APPS, TargetSettings::prefix)
                                .orElse("slipway-"),
                        sources.value(Setting.KUBERNETES_PROFILE, TargetSettings::restricted)
                                .orElse(true),
                        sources.value(Setting.KUBERNETES_NODE, TargetSettings::address)
                                .orElse(null),
                        sources.value(Setting.KUBERNETES_DOOR, TargetSettings::door).orElse(null));
        return asked ? settings : null;
    }

    private static boolean kubernetes(String text) {
        return switch (text) {
            case "kubernetes" -> true;
            case "docker" -> false;
            default -> throw new Wrong("write docker or kubernetes");
        };
    }

    private static boolean restricted(String text) {
        return switch (text) {
            case "restricted" -> true;
            case "baseline" -> false;
            default -> throw new Wrong("write restricted or baseline");
        };
    }

    private static String prefix(String text) {
        if (text.matches("[a-z]([-a-z0-9]{0,30})")) {
            return text;
        }
        throw new Wrong("write what names of namespaces can begin with, such as slipway-");
    }

    private static String address(String text) {
        if (text.matches("[0-9.]{7,15}|[0-9a-fA-F:]{2,39}")) {
            return text;
        }
        throw new Wrong("write the address of a node, such as 192.168.1.10");
    }

    private static Door door(String text) {
        Matcher door = DOOR.matcher(text);
        if (!door.matches()) {
            throw new Wrong("write ingress:CLASS or gateway:NAMESPACE/NAME");
        }
        return new Door(door.group("class"), door.group("namespace"), door.group("name"));
    }
}
