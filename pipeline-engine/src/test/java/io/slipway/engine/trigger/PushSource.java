package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A project, somebody who pushes to it, and a commit that is in its repository but in no branch.
record PushSource(Repositories repositories, long project, long principal, CommitId commit) {
    /// @param temp an empty folder
    /// @param name the project's, which no other has
    /// @param file the commit's pipeline file
    static PushSource make(Database database, Path temp, String name, String file)
            throws IOException {
        Repositories repositories = new Repositories(temp.resolve("repositories"));
        long[] ids =
                database.transaction(
                        tx -> {
                            RunnerSlots.register(tx, "docker", "docker", 4);
                            return new long[] {
                                Projects.create(tx, ProjectName.parse(name), null).project().id(),
                                Principals.ensure(tx, "ada", Principal.Kind.PERSON).id()
                            };
                        });
        repositories.create(ids[0]);
        Git git = Git.init(Files.createDirectory(temp.resolve("source")));
        CommitId commit = git.write(".slipway.yml", file).commit("First");
        git.must(
                "push",
                "-q",
                temp.resolve("repositories/" + ids[0] + ".git").toString(),
                "main:refs/slipway/runs/99");
        return new PushSource(repositories, ids[0], ids[1], commit);
    }
}
