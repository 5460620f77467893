package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// Slipway's own git server as the one that a project of another Slipway follows.
@ExtendWith(DatabaseExtension.class)
final class FetchedFromHereTest {
    @Test
    void aProjectFollowsOneOfAnotherSlipway(
            @TempDir Path temp, Database database, Notifications notifications) throws Exception {
        try (TestHost host =
                        new TestHost(
                                database,
                                notifications,
                                Files.createDirectory(temp.resolve("host")),
                                GitLimits.DEFAULT);
                Egress egress =
                        new Egress(EgressRules.parse(List.of("http://127.0.0.1:" + host.port)))) {
            Git git = host.source("shop", "jobs: { test: { image: busybox, steps: [ ls ] } }\n");
            git.must("push", "-q", "-o", "slipway.wait=none", "slipway", "HEAD:side");
            CommitId head = new CommitId(git.must("rev-parse", "HEAD").strip());
            long project =
                    database.transaction(
                            tx ->
                                    tx.one(
                                            "insert into projects (name) values ('follower')"
                                                    + " returning id",
                                            row -> row.number("id")));
            Repositories here = new Repositories(temp.resolve("here"));
            Fetches fetches =
                    new Fetches(
                            database,
                            here,
                            new RemoteForges(egress),
                            Fetches.Size.STANDARD,
                            UUID.randomUUID());
            Remote remote = remote(project, host, host.token());
            assertThat(fetches.heads(remote)).containsEntry("refs/heads/side", head);
            here.create(project);
            fetches.fetch(remote, List.of("refs/heads/side"));
            assertThat(here.branches(project).at(Fetches.kept("refs/heads/side"))).contains(head);
            assertThatThrownBy(() -> fetches.heads(remote(project, host, "wrong")))
                    .hasMessageContaining("shop.git");
        }
    }

    private static Remote remote(long project, TestHost host, String token) {
        EgressUrl url = EgressUrl.parse("http://127.0.0.1:" + host.port + "/shop.git");
        return new Remote(
                project,
                ForgeKind.GENERIC,
                url,
                url,
                "",
                "1",
                Secret.of(token),
                "",
                Duration.ofMinutes(5));
    }
}
