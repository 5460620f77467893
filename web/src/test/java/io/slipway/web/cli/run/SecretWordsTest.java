package io.slipway.web.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class SecretWordsTest {
    @TempDir private Path folder;

    private Plan plan() throws IOException {
        Files.writeString(
                folder.resolve(".slipway.yml"),
                """
                jobs:
                  a: { image: busybox, secrets: { ONE: ONE, HERE: TWO }, steps: [ "true" ] }
                  b:
                    image: busybox
                    secrets: [THREE]
                    steps: [ "true" ]
                    when: { branch: other }
                """);
        FolderTree tree = new FolderTree(folder);
        Origin origin = new Origin(ProjectName.parse("shop"), "main", "main");
        Plan plan =
                new Planner(HostOwners.NOBODY)
                        .plan(Definition.in(tree), origin.request(CommitId.ZERO), tree);
        assertThat(plan.problems()).isEmpty();
        return plan;
    }

    private List<PlannedJob> jobs() throws IOException {
        return plan().jobs();
    }

    @Test
    void theEnvironmentGivesThoseThatAJobNames() throws IOException {
        SecretWords words = SecretWords.of(List.of("ONE=@env", "TWO=@env", "UNUSED=@env"));
        Map<String, String> environment = Map.of("ONE", "value-1", "TWO", "value-2");
        assertThat(words.read(jobs(), environment).byName())
                .isEqualTo(Map.of("ONE", Secret.of("value-1"), "TWO", Secret.of("value-2")));
    }

    @Test
    void aVariableStandsInForASecret() throws Exception {
        Selection openly = Selection.of(plan(), List.of()).with(Map.of("ONE", "x", "HERE", "y"));
        assertThat(SecretWords.of(List.of()).read(openly.plan().jobs(), Map.of()).byName())
                .isEmpty();
    }

    @Test
    void whatIsMissingIsToldWithTheLineThatGivesIt() throws IOException {
        List<PlannedJob> jobs = jobs();
        assertThatThrownBy(() -> SecretWords.of(List.of()).read(jobs, Map.of()))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.message())
                                    .isEqualTo("cannot run a: ONE, TWO have no value");
                            assertThat(fault.remedy())
                                    .isEqualTo("slipway run --secret ONE --secret TWO");
                        });
        assertThatThrownBy(
                        () ->
                                SecretWords.of(List.of("ONE=@env", "TWO=@env"))
                                        .read(jobs, Map.of("ONE", "value-1")))
                .hasMessageContaining("cannot take TWO: it is not in the environment");
    }

    @Test
    void noValueIsTakenFromTheCommandLineAndNoneThatCannotBeMasked() throws IOException {
        assertThatThrownBy(() -> SecretWords.of(List.of("ONE=hidden")))
                .hasMessageContaining("cannot take --secret ONE with a value")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> SecretWords.of(List.of("one")))
                .hasMessageContaining("it is no name of a variable");
        List<PlannedJob> jobs = jobs();
        assertThatThrownBy(
                        () ->
                                SecretWords.of(List.of("ONE=@env", "TWO=@env"))
                                        .read(jobs, Map.of("ONE", "short", "TWO", "value-2")))
                .hasMessageContaining("a secret has at least 6 characters");
    }
}
