package io.slipway.web.overview;

import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;

import java.util.List;

/// The projects that somebody may see.
final class Readable {
    private Readable() {}

    static List<Project> by(Tx tx, Caller caller) {
        return Projects.all(tx).stream()
                .filter(
                        project ->
                                Access.may(caller, Right.READ, new Subject.OfProject(project.id())))
                .toList();
    }

    /// Their ids, as an argument of a statement.
    static Long[] ids(Tx tx, Caller caller) {
        return by(tx, caller).stream().map(Project::id).toArray(Long[]::new);
    }
}
