package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The scripted runner does what every runner does.
final class ScriptedRunnerTest extends RunnerContract {
    @TempDir Path folder;
    private ScriptedRunner runner;

    @BeforeEach
    void make() {
        runner = new ScriptedRunner(folder);
    }

    @AfterEach
    void close() {
        runner.close();
        assertThat(runner.misuse).isEmpty();
    }

    @Override
    protected Runner runner() {
        return runner;
    }

    @Override
    protected String image() {
        return "local";
    }

    @Override
    protected String listens(int port) {
        return "touch " + port + "; sleep 600";
    }

    @Override
    protected String instance() {
        return "0a1b2c3d";
    }
}
