package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.runners.kubernetes.NodeCredentials;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// By what an app is reached, and what it reaches.
record AppDoors(AppOrder order, AppSettings settings) {
    /// By its name in the namespace, at its own port.
    Service service(ObjectMeta meta) {
        return new ServiceBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withType(settings.node() == null ? "ClusterIP" : "NodePort")
                .withSelector(selector())
                .addNewPort()
                .withName("app")
                .withPort(order.port())
                .withTargetPort(new IntOrString(order.port()))
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }

    private Map<String, String> selector() {
        return AppNames.selector(order.placement().app());
    }

    /// One pod at a time, so that a node can always be emptied.
    PodDisruptionBudget budget(ObjectMeta meta) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(selector())
                .endSelector()
                .endSpec()
                .build();
    }

    /// The apps of its environment reach it, and everybody its port where it is public; it reaches
    /// everything but what clouds tell their nodes of themselves.
    NetworkPolicy policy(ObjectMeta meta) {
        List<NetworkPolicyIngressRule> in = new ArrayList<>();
        in.add(
                new NetworkPolicyIngressRuleBuilder()
                        .addNewFrom()
                        .withNewPodSelector()
                        .endPodSelector()
                        .endFrom()
                        .build());
        if (order.app().open() && order.port() != 0) {
            in.add(
                    new NetworkPolicyIngressRuleBuilder()
                            .addNewPort()
                            .withProtocol("TCP")
                            .withPort(new IntOrString(order.port()))
                            .endPort()
                            .build());
        }
        return new NetworkPolicyBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(selector())
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress")
                .withIngress(in)
                .withEgress(NodeCredentials.everythingElse())
                .endSpec()
                .build();
    }

    /// What leads to it from outside, beside the switch; none without a host or a setting.
    Optional<HasMetadata> door(ObjectMeta meta) {
        AppSettings.Door door = settings.door();
        String host = order.app().host();
        if (door == null || host == null || !order.app().open()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (door) {
                    case AppSettings.Door.ByIngress by -> ingress(meta, by, host);
                    case AppSettings.Door.ByGateway by -> route(meta, by, host);
                });
    }

    private Ingress ingress(ObjectMeta meta, AppSettings.Door.ByIngress by, String host) {
        return new IngressBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withIngressClassName(by.ingressClass())
                .addNewRule()
                .withHost(host)
                .withNewHttp()
                .addNewPath()
                .withPath("/")
                .withPathType("Prefix")
                .withNewBackend()
                .withNewService()
                .withName(order.placement().app())
                .withNewPort()
                .withNumber(order.port())
                .endPort()
                .endService()
                .endBackend()
                .endPath()
                .endHttp()
                .endRule()
                .endSpec()
                .build();
    }

    private HTTPRoute route(ObjectMeta meta, AppSettings.Door.ByGateway by, String host) {
        return new HTTPRouteBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .addNewParentRef()
                .withNamespace(by.namespace())
                .withName(by.name())
                .endParentRef()
                .withHostnames(host)
                .addNewRule()
                .addNewBackendRef()
                .withName(order.placement().app())
                .withPort(order.port())
                .endBackendRef()
                .endRule()
                .endSpec()
                .build();
    }
}
