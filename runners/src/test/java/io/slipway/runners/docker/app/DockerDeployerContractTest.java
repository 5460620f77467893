package io.slipway.runners.docker.app;

import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Progress;
import io.slipway.engine.release.Deployer.ReadyImage;
import io.slipway.engine.release.DeployerContract;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

@Tag("docker")
@ExtendWith(DockerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerDeployerContractTest extends DeployerContract {
    private DockerEngine engine;
    private String instance;
    private DockerDeployer deployer;

    @BeforeAll
    void connect(DockerEngine given, DockerExtension.Instance id) {
        engine = given;
        instance = id.id();
        deployer =
                new DockerDeployer(
                        engine,
                        instance,
                        new HasThem(),
                        engine.reachesContainers(),
                        RolloutFixture::subnet);
    }

    @AfterAll
    void sweep() {
        deployer.sweep();
    }

    @Override
    protected Deployer deployer() {
        return deployer;
    }

    @Override
    protected String instance() {
        return instance;
    }

    @Override
    protected String image() {
        return String.valueOf(engine.client().inspectImageCmd("busybox:latest").exec().getId());
    }

    @Override
    protected List<String> serves() {
        return List.of("sh", "-c", RolloutFixture.page("hello"));
    }

    @Override
    protected List<String> ends(int code) {
        return List.of("sh", "-c", "echo bye; exit " + code);
    }

    @Override
    protected String hook(int code) {
        return "echo $GREETING; exit " + code;
    }

    /// The engine has every image.
    private static final class HasThem implements AppImages {
        @Override
        public ReadyImage pull(String reference, Progress progress) {
            return new ReadyImage(reference, reference, List.of());
        }

        @Override
        public String ensure(BuiltImage image) {
            return image.engineId();
        }
    }
}
