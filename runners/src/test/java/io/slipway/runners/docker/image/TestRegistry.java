package io.slipway.runners.docker.image;

import io.slipway.db.Database;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.image.Registry;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import java.nio.file.Path;

/// The project `contract` and a registry that nothing reaches from outside.
public record TestRegistry(long project, Registry registry) {
    /// @param folder for its blobs
    public static TestRegistry of(Database database, Path folder) {
        ProjectName name = ProjectName.parse("contract");
        return new TestRegistry(
                database.transaction(tx -> Projects.create(tx, name, null).project().id()),
                new Registry(
                        database,
                        new FolderBlobStore(folder),
                        new Registry.Limits(Long.MAX_VALUE, () -> false)));
    }
}
