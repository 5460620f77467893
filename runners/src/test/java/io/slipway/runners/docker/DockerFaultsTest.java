package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.NotFoundException;

import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.SocketException;

class DockerFaultsTest {
    @Test
    void missingTagIsTheUsers() {
        Fault fault =
                DockerFaults.of(
                        "cannot pull busybox:nope",
                        "manifest for busybox:nope not found: manifest unknown: manifest unknown");
        assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
        assertThat(fault.message())
                .startsWith("cannot pull busybox:nope: the registry has no such tag or digest (");
        assertThat(fault.remedy()).isEqualTo("check the image's tag");
    }

    @Test
    void deniedSocketNamesGroupAndCommand() {
        Fault fault =
                DockerFaults.of(
                        "cannot use it", new IOException(new SocketException("Permission denied")));
        assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION);
        assertThat(fault.message()).contains("the group docker");
        assertThat(fault.remedy()).startsWith("run: sudo usermod -aG docker");
    }

    @Test
    void aContainerThatIsGoneIsARunnerThatWasLost() {
        Fault fault =
                DockerFaults.of(
                        "cannot start web",
                        new NotFoundException("{\"message\":\"No such container: 4f1c\"}"));
        assertThat(fault.message())
                .isEqualTo("cannot start web: the container is gone (No such container: 4f1c)");
        assertThat(Verdict.errored(fault).reason()).isEqualTo(Reason.RUNNER_LOST);
    }

    @Test
    void unknownMessagesAreQuoted() {
        Fault fault = DockerFaults.of("cannot start x", "something nobody has seen");
        assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE);
        assertThat(fault.message())
                .isEqualTo("cannot start x: the engine says: something nobody has seen");
    }
}
