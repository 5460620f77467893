package io.slipway.engine.release;

import org.junit.jupiter.api.AfterEach;

import java.util.List;

class ScriptedDeployerTest extends DeployerContract {
    private final ScriptedDeployer deployer = new ScriptedDeployer();

    @AfterEach
    void close() {
        deployer.close();
    }

    @Override
    protected Deployer deployer() {
        return deployer;
    }

    @Override
    protected String instance() {
        return "1a2b3c4d";
    }

    @Override
    protected String image() {
        return "sha256:1";
    }

    @Override
    protected List<String> serves() {
        return List.of("serve");
    }

    @Override
    protected List<String> ends(int code) {
        return List.of("exit", Integer.toString(code));
    }

    @Override
    protected String hook(int code) {
        return "fail " + code;
    }
}
