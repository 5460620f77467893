package io.slipway.runners.kubernetes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.slipway.engine.definition.Environment.Scale;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.engine.release.Placement;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

class AppManifestsTest {
    private static final String IMAGE =
            "registry.example.com/shop/cart@sha256:" + "0123456789abcdef".repeat(4);

    private static final AppSettings USUAL = AppSettings.of("slipway-", "registry.example.com");

    private static Placement at(String project, String environment) {
        return new Placement(7, 3, project, environment, "cart", 9, 0, null, null, null);
    }

    private static AppSpec app(@Nullable Integer port, @Nullable Scale scale) {
        return new AppSpec(
                "cart",
                null,
                port,
                new Health("/healthz", 90_000, 250),
                List.of("serve", "--price", "$HOME"),
                Map.of("LOG_LEVEL", "info"),
                Map.of("DATABASE_URL", "DATABASE_URL"),
                true,
                "cart.example.com",
                List.of(),
                new Resources(250, 256L << 20, 512),
                scale,
                null,
                List.of());
    }

    static AppOrder order(AppSpec app) {
        int port = Objects.requireNonNullElse(app.port(), 8080);
        return new AppOrder(
                "slipway-1a2b3c4d-4711-1",
                at("shop", "production"),
                9,
                12,
                10,
                IMAGE,
                app,
                port == 0
                        ? Map.of("LOG_LEVEL", "info")
                        : Map.of(
                                "LOG_LEVEL",
                                "info",
                                "DATABASE_URL",
                                "postgres://geheim",
                                "PORT",
                                Integer.toString(port)),
                port == 0 ? Set.of() : Set.of("DATABASE_URL"),
                port,
                List.of("orders"));
    }

    private static String yaml(List<? extends HasMetadata> objects) {
        return objects.stream().map(Serialization::asYaml).collect(Collectors.joining());
    }

    private static void assertSame(String resource, String yaml) throws IOException {
        try (InputStream expected =
                Objects.requireNonNull(
                        AppManifestsTest.class.getResourceAsStream(resource), resource)) {
            assertThat(yaml).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aReleaseIsExactlyThis() throws IOException {
        AppOrder order = order(app(8080, null));
        AppManifests manifests = new AppManifests("1a2b3c4d", USUAL);

        assertSame(
                "service.yaml",
                Serialization.asYaml(manifests.environment(order.placement()))
                        + yaml(manifests.of(order, "slipway-1a2b3c4d-4700-1")));
    }

    @Test
    void aWorkerIsReachedByNothing() throws IOException {
        assertSame(
                "worker.yaml",
                yaml(new AppManifests("1a2b3c4d", USUAL).of(order(app(0, null)), null)));
    }

    @Test
    void whereItsLoadCountsNobodyElseSaysHowManyPodsThereAre() throws IOException {
        AppSettings behindIngress =
                new AppSettings(
                        "slipway-",
                        "registry.example.com",
                        false,
                        "192.0.2.7",
                        new AppSettings.Door.ByIngress("traefik"));

        assertSame(
                "scaled.yaml",
                yaml(
                        new AppManifests("1a2b3c4d", behindIngress)
                                .of(order(app(8080, new Scale(2, 10, 70))), null)));
    }

    @Test
    void aGatewayLeadsToTheService() {
        AppSettings behindGateway =
                new AppSettings(
                        "slipway-",
                        "registry.example.com",
                        true,
                        null,
                        new AppSettings.Door.ByGateway("infra", "public"));
        HasMetadata route =
                new AppManifests("1a2b3c4d", behindGateway)
                        .of(order(app(8080, null)), null).stream()
                                .filter(object -> object.getKind().equals("HTTPRoute"))
                                .findFirst()
                                .orElseThrow();
        route.getMetadata().setLabels(null);

        assertThat(Serialization.asYaml(route))
                .isEqualTo(
                        """
                        ---
                        apiVersion: "gateway.networking.k8s.io/v1"
                        kind: "HTTPRoute"
                        metadata:
                          name: "cart"
                          namespace: "slipway-shop-production"
                        spec:
                          hostnames:
                          - "cart.example.com"
                          parentRefs:
                          - name: "public"
                            namespace: "infra"
                          rules:
                          - backendRefs:
                            - name: "cart"
                              port: 8080
                        """);
    }

    @Test
    void aHookIsAJobThatIsMadeSuspendedAndRunsOnce() throws IOException {
        assertSame(
                "hook.yaml",
                Serialization.asYaml(
                        HookJob.of(
                                "1a2b3c4d",
                                order(app(8080, null)),
                                new Hook("slipway-1a2b3c4d-4711-1-before-1", "bin/migrate $HOME"),
                                USUAL)));
    }

    @Test
    void anotherConfigurationGivesOtherPods() {
        AppOrder order = order(app(8080, null));
        AppOrder other =
                new AppOrder(
                        order.container(),
                        order.placement(),
                        order.fence(),
                        order.release(),
                        order.slot(),
                        order.engineId(),
                        order.app(),
                        Map.of("LOG_LEVEL", "debug"),
                        Set.of(),
                        order.port(),
                        order.peers());

        assertThat(AppPod.configuration(order)).isNotEqualTo(AppPod.configuration(other));
    }

    @Test
    void noTwoEnvironmentsHaveOneNamespace() {
        assertThat(AppNames.namespace("slipway-", at("shop", "production")))
                .isEqualTo("slipway-shop-production");
        assertThat(AppNames.namespace("slipway-", at("shop", "pr-12")))
                .isEqualTo("slipway-shop-pr-12");
        assertThat(AppNames.namespace("slipway-", at("a/b", "c")))
                .isNotEqualTo(AppNames.namespace("slipway-", at("a-b", "c")))
                .matches("slipway-a-b-c-[0-9a-f]{8}");
        assertThat(AppNames.namespace("slipway-", at("a", "b-c")))
                .isNotEqualTo(AppNames.namespace("slipway-", at("a-b", "c")));
        assertThat(AppNames.namespace("slipway-", at("p".repeat(40) + "/" + "q".repeat(40), "c")))
                .hasSizeLessThanOrEqualTo(63);
    }
}
