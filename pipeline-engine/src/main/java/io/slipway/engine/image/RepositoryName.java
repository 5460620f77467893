package io.slipway.engine.image;

import io.slipway.engine.project.AppName;
import io.slipway.engine.project.ProjectName;
import io.slipway.fault.Fault;

/// A repository of the registry: `[group/]project/app`.
public record RepositoryName(ProjectName project, AppName app) {
    /// @throws RegistryRefusal NAME_INVALID when it is none
    public static RepositoryName parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            throw refused();
        }
        try {
            return new RepositoryName(
                    ProjectName.parse(text.substring(0, slash)),
                    AppName.parse(text.substring(slash + 1)));
        } catch (Fault e) {
            throw refused();
        }
    }

    private static RegistryRefusal refused() {
        return new RegistryRefusal(
                RegistryRefusal.Code.NAME_INVALID, "a repository is named project/app");
    }

    @Override
    public String toString() {
        return project + "/" + app;
    }
}
