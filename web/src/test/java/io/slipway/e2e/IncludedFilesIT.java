package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Files of other projects in a definition on this machine, as a push would have them.
class IncludedFilesIT {
    private static final String SHARED =
            """
            inputs: { word: { required: true } }
            jobs:
              shared: { image: busybox, steps: [ 'echo "the word is $INPUT_WORD"' ] }
            """;

    private static final String FILE =
            """
            include: [{ project: team/pipelines, ref: v1, file: ci/shared.yml, with: { word: hello } }]
            jobs:
              own: { image: busybox, needs: [shared, audit], steps: [ "true" ] }
            apps: {}
            """;

    @Test
    void lintPlanAndRunSeeWhatAPushSees() throws IOException {
        try (Slipway slipway =
                SlipwayExtension.start(Map.of("SLIPWAY_INCLUDE", "rules:main:base.yml"))) {
            Git rules = slipway.repository("rules");
            rules.write(".slipway.yml", "apps: {}\n")
                    .write("base.yml", "jobs: { audit: { image: busybox, steps: [ ls ] } }\n")
                    .commit("Rules");
            Pushes.passes(rules);
            Git pipelines = slipway.repository("team/pipelines");
            pipelines.write("ci/shared.yml", SHARED).write(".slipway.yml", "apps: {}\n");
            String pinned = pipelines.commit("Shared").hex().substring(0, 12);
            Pushes.passes(pipelines);
            pipelines.must("tag", "v1");
            pipelines.must("push", "-q", "slipway", "v1");
            Git git = slipway.repository("user");
            git.write(".slipway.yml", FILE).commit("First");
            Program here =
                    program(slipway, "SLIPWAY_SERVER", "http://127.0.0.1:" + slipway.port())
                            .with("SLIPWAY_TOKEN", slipway.token());

            Program.Ended lint = here.run(git.folder(), "", "lint");
            Program.Ended plan = here.run(git.folder(), "", "plan");
            Program.Ended run = here.run(git.folder(), "", "run");

            assertThat(lint).isEqualTo(new Program.Ended(0, ""));
            assertThat(flat(plan.output()))
                    .contains(" shared checks ", " audit checks ")
                    .contains("includes ci/shared.yml of team/pipelines at v1 (" + pinned + ")")
                    .contains("as every project does: SLIPWAY_INCLUDE");
            assertThat(run.code()).as(run.output()).isZero();
            assertThat(run.output()).contains("the word is hello");
            assertThat(Pushes.passes(git)).contains("at v1 (" + pinned + ")");

            git.write(".slipway.yml", FILE.replace("word: hello", "wrod: hello"));
            assertThat(here.run(git.folder(), "", "lint"))
                    .isEqualTo(
                            new Program.Ended(
                                    1,
                                    """
                                    .slipway.yml:1:11: include.with.word: a value is missing: give a value for it
                                    .slipway.yml:1:82: include.with.wrod: there is no input 'wrod': did you mean 'word'?
                                    """));
            git.write(".slipway.yml", FILE.replace("own:", "audit:").replace(", audit]", "]"));
            assertThat(here.run(git.folder(), "", "lint").output())
                    .contains("jobs.audit: every project has it of rules:base.yml");
            git.write(".slipway.yml", FILE.replace("team/pipelines", "team/secret"));
            assertThat(here.run(git.folder(), "", "lint").output())
                    .contains("there is no project team/secret that you may read");

            git.write(".slipway.yml", FILE);
            Program alone = program(slipway, "SLIPWAY_DOMAIN", "localhost");
            assertThat(alone.run(git.folder(), "", "lint"))
                    .isEqualTo(
                            new Program.Ended(
                                    0,
                                    """
                                    team/pipelines:ci/shared.yml is left out: no server is known: set SLIPWAY_SERVER and SLIPWAY_TOKEN
                                    """));
            Program away = here.with("SLIPWAY_SERVER", "http://127.0.0.1:1");
            assertThat(flat(away.run(git.folder(), "", "plan").output()))
                    .contains("team/pipelines:ci/shared.yml is left out: cannot reach Slipway at")
                    .contains("what every project includes is left out: cannot reach Slipway at");
        }
    }

    /// A plan's lines are cut to the terminal's width.
    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /// A program that knows no data folder with a token in it.
    private static Program program(Slipway slipway, String name, String value) throws IOException {
        Path own = Files.createTempDirectory(slipway.folder(), "own");
        return new Program(
                Map.of(
                        "SLIPWAY_DATA",
                        own.resolve("data").toString(),
                        "SLIPWAY_CONFIG",
                        Folders.write(own.resolve("empty.conf"), "").toString(),
                        "XDG_CACHE_HOME",
                        own.resolve("cache").toString(),
                        name,
                        value));
    }
}
