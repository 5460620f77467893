package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.DeployerContract;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

@Tag("cluster")
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesDeployerContractTest extends DeployerContract {
    private ClusterApps apps;

    @BeforeAll
    void connect(KubernetesClient client, ClusterExtension.Space space) {
        apps = new ClusterApps(client, space);
    }

    @Override
    protected Deployer deployer() {
        return apps.deployer;
    }

    @Override
    protected String instance() {
        return apps.space.instance();
    }

    @Override
    protected String image() {
        return apps.space.nobody();
    }

    @Override
    protected List<String> serves() {
        return ClusterApps.shell(ClusterApps.page("hello"));
    }

    @Override
    protected List<String> ends(int code) {
        return ClusterApps.shell("echo bye; exit " + code);
    }

    @Override
    protected String hook(int code) {
        return "echo $GREETING; exit " + code;
    }
}
