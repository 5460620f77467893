package io.slipway.runners.kubernetes.app;

import org.jspecify.annotations.Nullable;

/// The operator's settings for apps in a cluster; nothing of a repository is among them.
///
/// @param prefix with which the names of namespaces begin
/// @param registry the name under which nodes reach Slipway's registry: `registry.example.com`
/// @param restricted whether namespaces have the profile `restricted`; else `baseline`
/// @param node an address by which the switch reaches apps through a port of the nodes; null: it
///   reaches them at the addresses of their services
/// @param door by what else the cluster's outside reaches them; null: by nothing
public record AppSettings(
        String prefix,
        String registry,
        boolean restricted,
        @Nullable String node,
        @Nullable Door door) {

    /// The usual ones.
    public static AppSettings of(String prefix, String registry) {
        return new AppSettings(prefix, registry, true, null, null);
    }

    /// What the cluster has in front of its services.
    public sealed interface Door {
        /// An Ingress of this class.
        record ByIngress(String ingressClass) implements Door {}

        /// An HTTPRoute of this Gateway.
        record ByGateway(String namespace, String name) implements Door {}
    }
}
