package io.slipway.web.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.definition.Inclusions;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class SettingsTest {
    @TempDir private Path home;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void nothingSet() {
        environment.put("HOME", home.toString());
        environment.put("PATH", "/usr/bin");
    }

    private Settings read() {
        return Settings.read(Map.of(), environment);
    }

    private Path file(String text) throws IOException {
        Path file = home.resolve(".config/slipway/slipway.conf");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void aFileForEveryProjectHasAProjectAndAPath() {
        assertThat(read().engine().include()).isNull();
        environment.put("SLIPWAY_INCLUDE", "platform/pipelines:v1:ci/base.yml");
        assertThat(read().engine().include())
                .isEqualTo(new Inclusions.Wanted("platform/pipelines", "v1", "ci/base.yml"));
        environment.put("SLIPWAY_INCLUDE", "pipelines:base.yml");
        assertThat(read().engine().include())
                .isEqualTo(new Inclusions.Wanted("pipelines", null, "base.yml"));
        for (String wrong :
                List.of("base.yml", "a::base.yml", "a:v1:../b", "A_B!:v1:c", "a:b:c:d")) {
            environment.put("SLIPWAY_INCLUDE", wrong);
            assertThatThrownBy(this::read).as(wrong).hasMessageContaining("SLIPWAY_INCLUDE");
        }
    }

    @Test
    void withNothingSetEverythingHasItsDefault() {
        Settings settings = read();
        assertThat(settings.serving().listen())
                .containsExactly(
                        new InetSocketAddress("127.0.0.1", 8080),
                        new InetSocketAddress("::1", 8080));
        assertThat(settings.serving().domain()).isEqualTo("localhost");
        assertThat(settings.serving().url()).isEqualTo(URI.create("http://localhost:8080"));
        assertThat(settings.serving().trustedProxies()).isEmpty();
        assertThat(settings.data().toString()).startsWith(home + "/").endsWith("/slipway");
        assertThat(settings.database()).isNull();
        assertThat(settings.engine().docker()).isNull();
        assertThat(settings.engine().registry()).isEqualTo("localhost:8080");
        assertThat(settings.engine().subnets()).isEqualTo("10.202.0.0/16");
        assertThat(settings.engine().published()).isFalse();
        assertThat(settings.client().server()).isEqualTo(URI.create("http://localhost:8080"));
        assertThat(settings.client().token()).isNull();
    }

    @Test
    void flagsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        file(
                "# a comment\n\nSLIPWAY_PORT = 1111\nSLIPWAY_DOMAIN=file.example.com\n"
                        + "SLIPWAY_REGISTRY=file.example.com:5000\n");
        environment.put("SLIPWAY_PORT", "2222");
        environment.put("SLIPWAY_DOMAIN", "Env.Example.com");
        Settings settings = Settings.read(Map.of(Setting.PORT, "3333"), environment);
        assertThat(settings.serving().port()).isEqualTo(3333);
        assertThat(settings.serving().domain()).isEqualTo("env.example.com");
        assertThat(settings.serving().url()).isEqualTo(URI.create("http://env.example.com:3333"));
        assertThat(settings.engine().registry()).isEqualTo("file.example.com:5000");
    }

    @Test
    void everythingThatIsSetArrives() {
        environment.put("SLIPWAY_LISTEN", "0.0.0.0, ::");
        environment.put("SLIPWAY_DATA", "~/elsewhere");
        environment.put("SLIPWAY_URL", "https://Slipway.Example.com/");
        environment.put("SLIPWAY_DATABASE_URL", "postgresql://a:geheim@db/slipway");
        environment.put("SLIPWAY_TOKEN", "geheim-geheim-geheim");
        environment.put("SLIPWAY_DOCKER", "unix:///run/docker.sock");
        environment.put("SLIPWAY_SUBNETS", "172.30.0.0/16");
        environment.put("SLIPWAY_REACH", "published");
        environment.put("SLIPWAY_BLOB_LIMIT", "500Mi");
        environment.put("SLIPWAY_KEEP_RUNS", "50");
        environment.put("SLIPWAY_KEEP_LOGS", "30d");
        environment.put("SLIPWAY_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8");
        environment.put("SLIPWAY_SERVER", "http://other:9000");
        Settings settings = read();
        assertThat(settings.serving().listen())
                .containsExactly(
                        new InetSocketAddress("0.0.0.0", 8080), new InetSocketAddress("::", 8080));
        assertThat(settings.data()).isEqualTo(home.resolve("elsewhere"));
        assertThat(settings.serving().url()).isEqualTo(URI.create("https://slipway.example.com"));
        assertThat(settings.database()).hasToString("postgresql://db/slipway");
        assertThat(settings.engine().docker()).isEqualTo("unix:///run/docker.sock");
        assertThat(settings.engine().subnets()).isEqualTo("172.30.0.0/16");
        assertThat(settings.engine().published()).isTrue();
        assertThat(settings.engine().keeping().largestBlob()).isEqualTo(500L << 20);
        assertThat(settings.engine().keeping().runs()).isEqualTo(50);
        assertThat(settings.engine().keeping().logs()).isEqualTo(Duration.ofDays(30));
        assertThat(settings.serving().trustedProxies()).containsExactly("10.0.0.0/8", "fd00::/8");
        assertThat(settings.client().server()).isEqualTo(URI.create("http://other:9000"));
        assertThat(settings.toString()).doesNotContain("geheim");
    }

    @Test
    void aClusterIsUsedOnlyWhenItIsAskedFor() {
        environment.put("SLIPWAY_KUBERNETES_HELPER", "registry.example.com/helper:1");
        assertThat(read().engine().cluster()).isNull();
        environment.put("SLIPWAY_RUNNER", "kubernetes");
        assertThat(read().engine().cluster())
                .isEqualTo(
                        new ClusterSettings(
                                null, "slipway-jobs", "registry.example.com/helper:1", false));
        environment.put("SLIPWAY_KUBECONFIG", "~/cluster.yaml");
        environment.put("SLIPWAY_KUBERNETES_NAMESPACE", "jobs");
        environment.put("SLIPWAY_KUBERNETES_POLICIES", "enforced");
        assertThat(read().engine().cluster())
                .isEqualTo(
                        new ClusterSettings(
                                home.resolve("cluster.yaml"),
                                "jobs",
                                "registry.example.com/helper:1",
                                true));
        environment.remove("SLIPWAY_KUBERNETES_HELPER");
        assertThatThrownBy(this::read)
                .hasMessageContaining("SLIPWAY_RUNNER=kubernetes needs SLIPWAY_KUBERNETES_HELPER");
    }

    @Test
    void withoutAnEngineEverythingRunsInACluster() {
        assertThat(read().engine().hasEngine()).isTrue();
        environment.put("SLIPWAY_DOCKER", "none");
        assertThatThrownBy(this::read)
                .hasMessageContaining("SLIPWAY_DOCKER=none needs SLIPWAY_RUNNER=kubernetes and");
        environment.put("SLIPWAY_RUNNER", "kubernetes");
        environment.put("SLIPWAY_KUBERNETES_HELPER", "registry.example.com/helper:1");
        assertThatThrownBy(this::read)
                .hasMessageContaining("SLIPWAY_DOCKER=none needs SLIPWAY_RUNNER=kubernetes and");
        environment.put("SLIPWAY_DEPLOYER", "kubernetes");
        assertThat(read().engine().hasEngine()).isFalse();
    }

    @Test
    void appsRunInAClusterOnlyWhenItIsAskedFor() {
        assertThat(read().engine().target()).isNull();
        environment.put("SLIPWAY_DEPLOYER", "kubernetes");
        assertThat(read().engine().target())
                .isEqualTo(new TargetSettings(null, "slipway-", true, null, null));
        environment.put("SLIPWAY_KUBECONFIG", "~/cluster.yaml");
        environment.put("SLIPWAY_KUBERNETES_APPS", "apps-");
        environment.put("SLIPWAY_KUBERNETES_PROFILE", "baseline");
        environment.put("SLIPWAY_KUBERNETES_NODE", "192.0.2.7");
        environment.put("SLIPWAY_KUBERNETES_DOOR", "gateway:infra/public");
        assertThat(read().engine().target())
                .isEqualTo(
                        new TargetSettings(
                                home.resolve("cluster.yaml"),
                                "apps-",
                                false,
                                "192.0.2.7",
                                new TargetSettings.Door(null, "infra", "public")));
        environment.put("SLIPWAY_KUBERNETES_DOOR", "ingress:traefik");
        assertThat(read().engine().target().door())
                .isEqualTo(new TargetSettings.Door("traefik", null, null));
        environment.put("SLIPWAY_KUBERNETES_DOOR", "traefik");
        assertThatThrownBy(this::read)
                .hasMessageContaining("write ingress:CLASS or gateway:NAMESPACE/NAME");
    }

    @Test
    void allMistakesAreToldAtOnceWithWhereTheyAre() throws IOException {
        Path file = file("SLIPWAY_DOMAIN=-\nnonsense\nSLIPWAY_PROT=1\n");
        environment.put("SLIPWAY_PORT", "65536");
        environment.put("SLIPWAY_TOKEN", "short");
        environment.put("SLIPWAY_DATABASE_URL", "mysql://a:geheim@b/c");
        environment.put("SLIPWAY_SOMETHING_ELSE", "1");
        environment.put("SLIPWAY_BRANCH", "main");
        environment.put("SLIPWAY_TEST_KUBECONFIG", "k");
        assertThatThrownBy(() -> Settings.read(Map.of(Setting.LISTEN, "localhost"), environment))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Kind.CONFIGURATION);
                            assertThat(fault.message())
                                    .isEqualTo(
                                            """
                                            cannot use the settings: there are 8 mistakes
                                              SLIPWAY_SOMETHING_ELSE (in the environment) is no setting
                                              line 2 of FILE has no name and '='
                                              SLIPWAY_PROT (line 3 of FILE) is no setting: did you mean SLIPWAY_PORT?
                                              SLIPWAY_PORT (in the environment) is '65536': write a number from 1 to 65535
                                              SLIPWAY_LISTEN (as --listen) is 'localhost': 'localhost' is no IP address
                                              SLIPWAY_DOMAIN (line 1 of FILE) is '-': write a host name, such as apps.example.com
                                              SLIPWAY_DATABASE_URL (in the environment): it is no PostgreSQL URL: write it as postgresql://user:password@host:5432/name
                                              SLIPWAY_TOKEN (in the environment): it has fewer than 20 characters\
                                            """
                                                    .replace("FILE", file.toString()));
                        });
    }

    @Test
    void aFileWithASecretThatOthersCanReadIsRefused() throws IOException {
        Path file = file("SLIPWAY_TOKEN=geheim-geheim-geheim\n");
        assertThat(read().client().token()).isNotNull();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::read)
                .hasMessageContaining("others can read it: chmod 600 " + file);
        Files.writeString(file, "SLIPWAY_PORT=8081\n");
        assertThat(read().serving().port()).isEqualTo(8081);
    }

    @Test
    void aNamedFileMustBeThere() throws IOException {
        environment.put("SLIPWAY_CONFIG", home.resolve("other.conf").toString());
        assertThatThrownBy(this::read).hasMessageContaining("there is no such file");
        Files.writeString(home.resolve("other.conf"), "SLIPWAY_PORT=8082\n");
        assertThat(read().serving().port()).isEqualTo(8082);
    }

    @Test
    void wrongValuesOfEachKindAreRefused() {
        refused("SLIPWAY_URL", "slipway.example.com", "write it as https://");
        refused("SLIPWAY_URL", "https://a@b", "write it as https://");
        refused("SLIPWAY_URL", "https://a/path", "write it as https://");
        refused("SLIPWAY_URL", "mailto:a", "write it as https://");
        refused("SLIPWAY_DOCKER", "/var/run/docker.sock", "write it as unix:///");
        refused("SLIPWAY_SUBNETS", "8.8.0.0/16", "write a private IPv4 range");
        refused("SLIPWAY_SUBNETS", "10.0.0.0/24", "write a private IPv4 range");
        refused("SLIPWAY_TRUSTED_PROXIES", "10.0.0.0/33", "is no network");
        refused("SLIPWAY_TRUSTED_PROXIES", "proxy", "is no network");
        refused("SLIPWAY_REGISTRY", "host:port", "write a number from 1 to 65535");
        refused("SLIPWAY_REACH", "never", "write auto or published");
        refused("SLIPWAY_KEEP_RUNS", "0", "write a number from 1 to 9999999");
        refused("SLIPWAY_KEEP_LOGS", "5m", "write a time from 1h to 3650d");
        refused("SLIPWAY_BLOB_LIMIT", "0", "write a size such as 500Mi or 10Gi");
        refused("SLIPWAY_RUNNER", "podman", "write docker or kubernetes");
        refused("SLIPWAY_KUBERNETES_NAMESPACE", "Jobs", "write the name of a namespace");
        refused("SLIPWAY_KUBERNETES_HELPER", "a b", "write an image's reference");
        refused("SLIPWAY_KUBERNETES_POLICIES", "yes", "write enforced or ignored");
        refused("SLIPWAY_LISTEN", ",", "it is an empty list");
    }

    private void refused(String name, String value, String why) {
        Map<String, String> one = new HashMap<>(environment);
        one.put(name, value);
        assertThatThrownBy(() -> Settings.read(Map.of(), one))
                .as("%s=%s", name, value)
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot use the settings: there is a mistake\n  " + name)
                .hasMessageContaining(why);
    }
}
