package io.slipway.web.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class SelectionTest {
    @TempDir Path folder;
    private Plan plan;

    @BeforeEach
    void plan() throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nEXPOSE 8080\n");
        Files.writeString(
                folder.resolve(".slipway.yml"),
                """
                jobs:
                  lint: { image: busybox, steps: [ "true" ] }
                  build:
                    image: busybox
                    needs: [lint]
                    steps: [ { name: one, run: "true", env: { A: step } }, "false" ]
                  test: { image: busybox, needs: [build], env: { A: job }, steps: [ "true" ] }
                apps:
                  shop: { port: 8080 }
                """);
        FolderTree tree = new FolderTree(folder);
        Origin origin = new Origin(ProjectName.parse("shop"), "main", "main");
        plan =
                new Planner(HostOwners.NOBODY)
                        .plan(Definition.in(tree), origin.request(CommitId.ZERO), tree);
        assertThat(plan.problems()).isEmpty();
    }

    private static List<String> names(Selection selection) {
        return selection.plan().jobs().stream().map(PlannedJob::name).toList();
    }

    @Test
    void withoutNamesEverythingButRolloutsIsRun() throws Selection.Unknown {
        Selection all = Selection.of(plan, List.of());
        assertThat(names(all)).containsExactly("lint", "build", "test", "image shop");
        assertThat(all.notRolledOut())
                .containsExactly(
                        "shop would be rolled out to production: slipway run does not roll out");
        assertThat(all.parallel()).isTrue();
    }

    @Test
    void aNameBringsWhatItNeedsAndNothingElse() throws Selection.Unknown {
        Selection build = Selection.of(plan, List.of("build"));
        assertThat(names(build)).containsExactly("lint", "build");
        assertThat(build.parallel()).as("one after the other").isFalse();
        assertThat(build.notRolledOut()).isEmpty();
        assertThat(names(Selection.of(plan, List.of("shop")))).containsExactly("image shop");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearestAndAllThereAre() {
        assertThatThrownBy(() -> Selection.of(plan, List.of("biuld")))
                .hasMessage(
                        "cannot run 'biuld': there is no job of that name: did you mean 'build'? "
                                + "The jobs are lint, build, test, image shop");
        assertThatThrownBy(() -> Selection.of(plan, List.of("shop to production")))
                .hasMessage("cannot run 'shop to production': slipway run does not roll out");
    }

    @Test
    void aVariableOfTheCommandLineWinsOverJobAndStep() throws Selection.Unknown {
        Selection more =
                Selection.of(plan, List.of("test")).with(Map.of("A", "given", "B", "more"));
        for (PlannedJob job : more.plan().jobs()) {
            CheckSpec check = (CheckSpec) job.spec();
            assertThat(check.env()).containsEntry("A", "given").containsEntry("B", "more");
            assertThat(check.steps())
                    .allSatisfy(step -> assertThat(step.env()).containsEntry("A", "given"));
        }
    }
}
