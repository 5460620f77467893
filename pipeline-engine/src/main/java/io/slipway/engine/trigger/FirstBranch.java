package io.slipway.engine.trigger;

import io.slipway.db.Tx;
import io.slipway.engine.project.Projects;

/// The first branch that exists in a project is its default branch.
final class FirstBranch {
    private FirstBranch() {}

    /// A branch exists now.
    ///
    /// @param branch short name
    /// @return whether it is the project's default branch from now on
    static boolean exists(Tx tx, long projectId, String branch) {
        boolean first =
                Projects.find(tx, projectId).filter(p -> p.defaultBranch() == null).isPresent();
        if (first) {
            Projects.setDefaultBranch(tx, projectId, branch);
        }
        return first;
    }
}
