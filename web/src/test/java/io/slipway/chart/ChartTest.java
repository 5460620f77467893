package io.slipway.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.chart.Helm.Ended;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What the chart makes of values, compared whole, and which values it refuses. What it makes is
/// also written to `target/chart`: after a change, look at it and copy it to
/// `src/test/resources/chart`.
class ChartTest {
    private static Helm helm;

    @BeforeAll
    static void helm() {
        helm = new Helm(Map.of());
    }

    @Test
    void lintHasNothingToSay() {
        String said = helm.prints("lint", "--strict", Helm.chart().toString());

        assertThat(said).contains("1 chart(s) linted, 0 chart(s) failed").doesNotContain("WARNING");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "many", "gateway", "engine", "passing"})
    void templatesAreThese(String name) throws IOException {
        Path resources = Helm.checkout().resolve("web/src/test/resources/chart");
        String made =
                helm.prints(
                                "template",
                                "slipway",
                                Helm.chart().toString(),
                                "--namespace=ci",
                                "--values=" + resources.resolve(name + ".values.yaml"))
                        .replaceAll("(?m)^( +(token|key): )[A-Za-z0-9+/=]{60,}$", "$1<random>");

        Path folder =
                Files.createDirectories(Helm.checkout().resolve("web/target/chart"))
                        .resolve(name + ".yaml");
        Files.writeString(folder, made);
        assertThat(made).isEqualTo(Files.readString(resources.resolve(name + ".yaml")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas=2 | /database/existingSecret",
                "replicas=2 | /s3/bucket",
                "replicas=2 | /repositories/enabled",
                "replicas=2,database.existingSecret=db,s3.bucket=b | /repositories/enabled",
                "replicas=2,database.existingSecret=db,repositories.enabled=true | /s3/bucket",
                "replicas=2,s3.bucket=b,repositories.enabled=true | /database/existingSecret",
                "replicas=0 | /replicas",
                "jobs.enabled=false | /jobs/enabled",
                "ingress.enabled=true | /ingress/host",
                "ingress.enabled=true,ingress.host=ci.example.com | /ingress/tlsSecret",
                "ingress.enabled=true,ingress.host=h,ingress.tlsSecret=t | /trustedProxies",
                "ingress.enabled=true,httpRoute.enabled=true | /httpRoute/enabled",
                "httpRoute.enabled=true,httpRoute.host=h | /httpRoute/gateway/name",
                "serviceMonitor.enabled=true | /tls/existingSecret",
                "serviceMonitor.enabled=true,tls.existingSecret=t | /serviceMonitor/tokenSecret",
                "image.digest=latest | /image/digest",
                "docker=unix:///var/run/docker.sock | /docker",
                "setings.SLIPWAY_KEEP_RUNS=5 | 'setings' not allowed",
                "settings.KEEP_RUNS=5 | KEEP_RUNS"
            })
    void whatCannotWorkIsRefused(String values, String where) {
        Ended ended =
                helm.run(
                        words(
                                List.of("template", "slipway", Helm.chart().toString()),
                                values.split(",")));

        assertThat(ended.code()).as(ended.output()).isNotZero();
        assertThat(ended.output()).contains("schema").contains(where);
    }

    private static String[] words(List<String> first, String... values) {
        List<String> words = new ArrayList<>(first);
        Arrays.stream(values).map(value -> "--set=" + value).forEach(words::add);
        return words.toArray(String[]::new);
    }
}
