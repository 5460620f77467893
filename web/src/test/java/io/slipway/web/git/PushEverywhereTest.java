package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Pushes to a server whose operator has every project include a file.
@ExtendWith(DatabaseExtension.class)
final class PushEverywhereTest {
    @TempDir static Path temp;
    private static TestHost host;

    @BeforeAll
    static void start(Database database, Notifications notifications) throws Exception {
        host =
                new TestHost(
                        database,
                        notifications,
                        temp,
                        GitLimits.DEFAULT,
                        Inclusions.Wanted.parse("rules:v1:base.yml"));
        host.jobs.succeeds("test");
    }

    @AfterAll
    static void close() throws Exception {
        host.close();
    }

    @Test
    void aFileForEveryProjectIsPinnedAndNeedsNoRightAndNoFile(Database database) throws Exception {
        Git lone = host.source("lone", "");
        lone.must("rm", "-q", ".slipway.yml");
        lone.write("readme", "x").commit("No file");
        Git.Ended missing = lone.run("push", "slipway", "HEAD:main");
        assertThat(PushIncludeTest.flat(missing.output()))
                .contains("SLIPWAY_INCLUDE: include: there is no project rules");

        Git rules = host.source("rules", "apps: {}\n");
        rules.write("base.yml", "jobs: { test: { image: busybox, steps: [make] } }\n");
        CommitId pinned = rules.commit("Rules");
        rules.must("push", "-q", "slipway", "HEAD:main");
        assertThat(PushIncludeTest.jobs(database, "rules")).as("not of its own project").isEmpty();
        lone.write("readme", "y").commit("Again");
        assertThat(PushIncludeTest.flat(lone.run("push", "slipway", "HEAD:main").output()))
                .contains("SLIPWAY_INCLUDE: include: there is no tag or branch v1 in rules");

        rules.must("tag", "v1");
        rules.must("push", "-q", "slipway", "v1");
        String token = PushIncludeTest.onlyFor(database, "lone");
        lone.write("readme", "z").commit("Once more");
        Git.Ended passed = lone.run("push", host.url("lone", token), "HEAD:main");
        assertThat(passed.code()).as(passed.output()).isZero();
        assertThat(PushIncludeTest.flat(passed.output()))
                .contains(
                        "includes base.yml of rules at v1 ("
                                + pinned.hex().substring(0, 12)
                                + "), as every project does: SLIPWAY_INCLUDE");
        assertThat(PushIncludeTest.jobs(database, "lone")).containsExactly("test");
    }
}
