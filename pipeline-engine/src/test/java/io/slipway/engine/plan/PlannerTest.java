package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

class PlannerTest {
    @Test
    void x() {
        for (String e : new String[] {"hello", "checked", "two-apps", "with-database"}) {
            FolderTree tree = new FolderTree(Path.of("../examples/" + e));
            PlanRequest request =
                    new PlanRequest(
                            "group/" + e,
                            "refs/heads/main",
                            new CommitId("1".repeat(40)),
                            null,
                            "localhost");
            Plan plan = new Planner(HostOwners.NOBODY).plan(Definition.in(tree), request, tree);
            PlanText.lines(plan, request).forEach(System.out::println);
            assertThat(plan.problems()).isEmpty();
        }
    }
}
