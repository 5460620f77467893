package io.slipway.runners.kubernetes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Manifest;
import io.slipway.engine.release.Placement;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Rollouts into a real cluster. The apps' addresses have to be reached from here: that is so on a
/// node.
@Tag("cluster")
@Timeout(180)
@ExtendWith({DatabaseExtension.class, ClusterExtension.class})
class KubernetesRolloutTest {
    private static final Health SOON = new Health(null, 8_000, 250);
    private static final String ONE = ClusterApps.page("one");

    private RolloutsInCluster cluster;

    @BeforeEach
    void open(Database database, KubernetesClient client, ClusterExtension.Space space) {
        cluster = new RolloutsInCluster(database, client, space);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void serves(AppSpec app) throws InterruptedException {
        Verdict verdict = cluster.rollOut(app);
        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
    }

    private void servesOn(String page) {
        await().atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(cluster.page()).isEqualTo(page));
        cluster.settle();
    }

    @Test
    void whatIsAppliedIsToldAndWhatItWouldChange() throws Exception {
        cluster.values.put("WORD", "geheim");
        serves(cluster.app(ONE));

        List<Manifest> told = cluster.manifests(false);
        assertThat(told)
                .extracting(manifest -> manifest.name().replaceFirst("web-.*", "web-RELEASE"))
                .containsExactly(
                        "namespace/" + cluster.namespace(),
                        "serviceaccount/web",
                        "configmap/web-RELEASE",
                        "secret/web-RELEASE",
                        "networkpolicy/web",
                        "service/web",
                        "poddisruptionbudget/web",
                        "deployment/web");
        assertThat(told.toString())
                .contains("WORD: \"[secret]\"", "GREETING: \"hello\"")
                .doesNotContain("geheim")
                .doesNotContain("Z2VoZWlt");
        assertThat(cluster.manifests(true))
                .allSatisfy(one -> assertThat(one.then()).as(one.name()).isEqualTo(one.now()));

        var policies = cluster.client.network().networkPolicies().inNamespace(cluster.namespace());
        policies.withName("web").delete();
        PodDisruptionBudget budget =
                new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withName("web")
                        .withNamespace(cluster.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .withMaxUnavailable(new IntOrString(2))
                        .endSpec()
                        .build();
        cluster.client
                .resource(budget)
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("somebody")
                                .withForce(true)
                                .build(),
                        cluster.client.getKubernetesSerialization().asJson(budget));

        List<Manifest> differ =
                cluster.manifests(true).stream()
                        .filter(one -> !String.valueOf(one.now()).equals(one.then()))
                        .toList();
        assertThat(differ)
                .extracting(Manifest::name)
                .containsExactly("networkpolicy/web", "poddisruptionbudget/web");
        assertThat(differ.getFirst().now()).isEmpty();
        assertThat(differ.getFirst().then()).contains("kind: \"NetworkPolicy\"");
        assertThat(differ.getLast().refused()).contains(".maxUnavailable belongs to somebody");
        assertThat(policies.withName("web").get()).as("after a dry run").isNull();
        // The tests of a class share a namespace: what is somebody's would be in their way.
        cluster.client.resource(budget).delete();
    }

    @Test
    void theNextReleaseTakesOverAndNoRequestFails() throws Exception {
        cluster.values.put("WORD", "geheim");
        serves(
                cluster.app(
                        "mkdir -p /tmp/www && echo $GREETING $WORD > /tmp/www/index.html && exec"
                                + " httpd -f -p $PORT -h /tmp/www"));
        servesOn("hello geheim");
        String backend = cluster.traffic.backends("web.localhost").getFirst();
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        Thread asks = Thread.ofVirtual().start(() -> ask(enough, asked, failed));

        Verdict verdict = cluster.rollOut(cluster.app(ClusterApps.page("two")));

        assertThat(verdict.summary()).startsWith("#1 -> #2   live after");
        servesOn("two");
        enough.set(true);
        asks.join();
        assertThat(asked).hasValueGreaterThan(100);
        assertThat(failed).hasValue(0);
        assertThat(cluster.traffic.backends("web.localhost")).containsExactly(backend);
        assertThat(cluster.traffic.drained).isEmpty();
        assertThat(cluster.deployer.present()).hasSize(1);
        List<Secret> secrets =
                cluster.client
                        .secrets()
                        .inNamespace(cluster.namespace())
                        .withLabel(AppNames.NAME, "web")
                        .list()
                        .getItems();
        assertThat(secrets).hasSize(2).allMatch(Secret::getImmutable);
        assertThat(cluster.client.getKubernetesSerialization().asJson(cluster.workload()))
                .doesNotContain("geheim");
    }

    private void ask(AtomicBoolean enough, AtomicInteger asked, AtomicInteger failed) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!enough.get()) {
                try {
                    failed.addAndGet(cluster.get(http).statusCode() == 200 ? 0 : 1);
                } catch (Exception e) {
                    failed.incrementAndGet();
                }
                asked.incrementAndGet();
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anAppThatEndsIsTheCauseWithItsLastLines() throws Exception {
        serves(cluster.app(ONE));

        Verdict verdict = cluster.rollOut(cluster.app("echo no database; exit 3"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(verdict.summary()).isEqualTo("web ended with exit code 3");
        assertThat(verdict.evidence().get("log")).isEqualTo(List.of("no database"));
        servesOn("one");
    }

    @Test
    void aPortThatNobodyListensOnIsNamed() throws Exception {
        serves(cluster.app(ONE));

        Verdict verdict =
                cluster.rollOut(
                        cluster.app(
                                "exec httpd -f -p 3000 -h /tmp", SOON, RolloutsInCluster.SMALL));

        assertThat(verdict.reason()).isEqualTo(Reason.UNHEALTHY);
        assertThat(verdict.summary())
                .isEqualTo(
                        "web is not healthy after 8 s: nothing accepts a connection at port 8080");
        servesOn("one");
    }

    @Test
    void theAnswerOfAProbeIsTold() throws Exception {
        serves(cluster.app(ONE));

        Verdict verdict =
                cluster.rollOut(
                        cluster.app(
                                ClusterApps.page("two"),
                                new Health("/healthz", 8_000, 250),
                                RolloutsInCluster.SMALL));

        assertThat(verdict.reason()).isEqualTo(Reason.UNHEALTHY);
        assertThat(verdict.summary())
                .isEqualTo("web is not healthy after 8 s: GET /healthz answered 404");
        servesOn("one");
    }

    @Test
    void anImageThatCannotBePulledIsNamed() throws Exception {
        serves(cluster.app(ONE));

        Verdict verdict =
                cluster.rollOut(
                        cluster.app("127.0.0.1:1/none:1", ONE, SOON, RolloutsInCluster.SMALL));

        assertThat(verdict.reason()).isEqualTo(Reason.IMAGE_PULL);
        assertThat(verdict.summary())
                .startsWith("web cannot start: the image 127.0.0.1:1/none:1 cannot be pulled: ");
        servesOn("one");
    }

    @Test
    void noRoomIsToldInTheSchedulersWords() throws Exception {
        serves(cluster.app(ONE));

        Verdict verdict = cluster.rollOut(cluster.app(ONE, SOON, new Resources(0, 1L << 42, 0)));

        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.reason()).isEqualTo(Reason.CANNOT_RUN);
        assertThat(verdict.summary())
                .startsWith("web cannot start: no node has room for it: ")
                .contains("Insufficient memory");
        servesOn("one");
    }

    @Test
    void aQuotaThatIsUsedUpIsNamed() throws Exception {
        serves(cluster.app(ONE));
        cluster.settle();
        ResourceQuota quota =
                new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("small")
                        .withNamespace(cluster.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("1"))
                        .endSpec()
                        .build();
        cluster.client.resource(quota).create();
        await().until(
                        () ->
                                cluster.client.resource(quota).get().getStatus() != null
                                        && !cluster.client
                                                .resource(quota)
                                                .get()
                                                .getStatus()
                                                .getHard()
                                                .isEmpty());
        try {
            Verdict verdict = cluster.rollOut(cluster.app(ClusterApps.page("two")));

            assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
            assertThat(verdict.summary())
                    .startsWith("web cannot start: the namespace's quota is used up: ")
                    .contains("exceeded quota: small");
            servesOn("one");
        } finally {
            cluster.client.resource(quota).delete();
        }
    }

    @Test
    void whoOwnsAFieldIsNamed() throws Exception {
        serves(cluster.app(ONE));
        cluster.client
                .resource(
                        new DeploymentBuilder()
                                .withNewMetadata()
                                .withName("web")
                                .withNamespace(cluster.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(2)
                                .endSpec()
                                .build())
                .fieldManager("somebody")
                .forceConflicts()
                .serverSideApply();

        Verdict verdict = cluster.rollOut(cluster.app(ClusterApps.page("two")));

        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.summary())
                .isEqualTo("cannot apply deployment web: .spec.replicas belongs to somebody");
        assertThat(cluster.page()).isEqualTo("one");
    }

    @Test
    void whatOthersChangeIsPutBack() throws Exception {
        serves(cluster.app(ONE));
        cluster.settle();

        cluster.client
                .apps()
                .deployments()
                .inNamespace(cluster.namespace())
                .withName("web")
                .scale(0);
        await("scaled up again")
                .atMost(Duration.ofSeconds(10))
                .until(() -> Workloads.pods(cluster.workload()) == 1);
        servesOn("one");

        String container = cluster.deployer.present().iterator().next();
        cluster.client
                .apps()
                .deployments()
                .inNamespace(cluster.namespace())
                .withName("web")
                .edit(
                        found ->
                                new DeploymentBuilder(found)
                                        .editSpec()
                                        .editTemplate()
                                        .editMetadata()
                                        .addToLabels(AppNames.CONTAINER, "somebody-elses")
                                        .endMetadata()
                                        .editSpec()
                                        .editFirstContainer()
                                        .withArgs("sleep", "600")
                                        .endContainer()
                                        .endSpec()
                                        .endTemplate()
                                        .endSpec()
                                        .build());
        await("the template is Slipway's again")
                .atMost(Duration.ofSeconds(10))
                .until(() -> container.equals(Workloads.actual(cluster.workload())));
        servesOn("one");
    }

    @Test
    void hooksRunOnceAsJobsBeforeAnythingServes() throws Exception {
        serves(cluster.app(ONE).before(List.of("test $GREETING = hello")));

        Verdict verdict =
                cluster.rollOut(
                        cluster.app(ClusterApps.page("two"))
                                .before(List.of("echo no such table; exit 4")));

        assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(verdict.summary())
                .isEqualTo("'echo no such table; exit 4' ended with exit code 4");
        assertThat(verdict.evidence().get("log")).isEqualTo(List.of("no such table"));
        await().until(() -> cluster.deployer.hooks().isEmpty());
        servesOn("one");
    }

    @Test
    void anEarlierRolloutIsNotObeyed() throws Exception {
        serves(cluster.app(ONE));
        Placement placement =
                new Placement(
                        Long.parseLong(
                                String.valueOf(
                                        Workloads.note(cluster.workload(), AppNames.PLACEMENT))),
                        cluster.rows.projectId,
                        "hello",
                        "production",
                        "web",
                        0,
                        0,
                        null,
                        null,
                        null);
        AppOrder late =
                new AppOrder(
                        "slipway-" + cluster.rows.instance + "-1-1",
                        placement,
                        0,
                        1,
                        200,
                        cluster.space.nobody(),
                        cluster.app(ONE),
                        Map.of("PORT", "8080"),
                        Set.of(),
                        8080,
                        List.of());

        assertThatThrownBy(() -> cluster.deployer.start(late))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("a later rollout has begun");
        servesOn("one");
    }

    @Test
    void aProgramRunsInAPodOfTheApp() throws Exception {
        serves(cluster.app(ONE));
        String container = cluster.deployer.present().iterator().next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();

        int code =
                cluster.deployer.exec(
                        container,
                        List.of("sh", "-c", "cat; echo $GREETING >&2; exit 5"),
                        "given\n".getBytes(StandardCharsets.UTF_8),
                        (error, bytes, offset, length) ->
                                (error ? errors : out).write(bytes, offset, length));

        assertThat(code).isEqualTo(5);
        assertThat(out).hasToString("given\n");
        assertThat(errors).hasToString("hello\n");
    }
}
