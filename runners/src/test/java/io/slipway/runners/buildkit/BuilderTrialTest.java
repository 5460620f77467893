package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class BuilderTrialTest {
    @TempDir private Path sysctls;

    @Test
    void whatForbidsUserNamespacesHereIsNamed() throws Exception {
        set("user/max_user_namespaces", "96365");
        set("kernel/unprivileged_userns_clone", "0");
        set("kernel/apparmor_restrict_unprivileged_userns", "1");
        assertThat(BuilderTrial.remedy(true, sysctls))
                .isEqualTo(
                        "to allow user namespaces where the builder runs: sudo sysctl -w"
                                + " kernel.unprivileged_userns_clone=1; sudo sysctl -w"
                                + " kernel.apparmor_restrict_unprivileged_userns=0");
    }

    @Test
    void whereNothingForbidsThemNothingIsNamed() {
        assertThat(BuilderTrial.remedy(true, sysctls)).isEmpty();
    }

    @Test
    void ofAnotherMachineAllAreNamed() {
        assertThat(BuilderTrial.remedy(false, sysctls))
                .contains(
                        "user.max_user_namespaces",
                        "kernel.unprivileged_userns_clone",
                        "kernel.apparmor_restrict_unprivileged_userns");
    }

    private void set(String name, String value) throws IOException {
        Path file = sysctls.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value + "\n");
    }
}
