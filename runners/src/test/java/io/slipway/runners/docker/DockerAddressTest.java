package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class DockerAddressTest {
    @TempDir Path home;

    @Test
    void ownSettingComesBeforeDockersOwn() {
        Map<String, String> env =
                Map.of("SLIPWAY_DOCKER", "unix:///a.sock", "DOCKER_HOST", "tcp://b:2375");
        assertThat(DockerAddress.find(env, home)).hasToString("unix:///a.sock (SLIPWAY_DOCKER)");
        assertThat(DockerAddress.find(Map.of("DOCKER_HOST", "tcp://b:2375"), home))
                .hasToString("tcp://b:2375 (DOCKER_HOST)");
    }

    @Test
    void currentContextIsReadAsDockersClientWritesIt() throws IOException {
        context("colima");
        // echo -n colima | sha256sum
        String id = "f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16";
        Path meta = home.resolve(".docker/contexts/meta").resolve(id).resolve("meta.json");
        Files.createDirectories(meta.getParent());
        Files.writeString(
                meta,
                """
                {"Name":"colima","Metadata":{},
                 "Endpoints":{"docker":{"Host":"unix:///c.sock","SkipTLSVerify":false}}}
                """);
        assertThat(DockerAddress.find(Map.of(), home))
                .hasToString("unix:///c.sock (context colima)");
    }

    @Test
    void contextThatIsNotThereIsNamed() throws IOException {
        context("gone");
        assertThatThrownBy(() -> DockerAddress.find(Map.of(), home))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot use the Docker context gone: ");
    }

    @Test
    void firstUsualSocketThatExistsIsTaken() throws IOException {
        Path socket = home.resolve(".colima/default/docker.sock");
        Files.createDirectories(socket.getParent());
        Files.createFile(socket);
        assertThat(DockerAddress.find(Map.of(), home).socket()).contains(socket);
        Path rootless = Files.createFile(home.resolve("docker.sock"));
        assertThat(DockerAddress.find(Map.of("XDG_RUNTIME_DIR", home.toString()), home).socket())
                .contains(rootless);
    }

    @Test
    void otherSchemesAreRefusedWithTheRightForm() {
        assertThatThrownBy(() -> DockerAddress.of("ssh://me@host", "DOCKER_HOST"))
                .hasMessage(
                        "cannot use the Docker engine at ssh://me@host (DOCKER_HOST): the address"
                                + " is neither unix:///path nor tcp://host:port");
    }

    @Test
    void socketWithNobodyBehindSaysSo() throws IOException {
        Path path = home.resolve("dead.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
        }
        DockerAddress address = DockerAddress.of(path.toString(), "SLIPWAY_DOCKER");
        assertThatThrownBy(() -> DockerEngine.connect(address, "00000000", Map.of()))
                .hasMessage(
                        "cannot use the Docker engine at unix://%s (SLIPWAY_DOCKER): the Docker"
                                        .formatted(path)
                                + " engine does not answer: Connection refused");
    }

    private void context(String name) throws IOException {
        Files.createDirectories(home.resolve(".docker"));
        Files.writeString(
                home.resolve(".docker/config.json"), "{\"currentContext\":\"" + name + "\"}");
    }
}
