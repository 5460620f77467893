package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Projects with their newest run and their apps.
public final class ProjectApi {
    private static final int PAGE = 200;

    private final Database database;
    private final RunHistory history;
    private final AppAddresses addresses;

    /// Adds the operations.
    public ProjectApi(Api api, Database database, RunHistory history, AppAddresses addresses) {
        this.database = database;
        this.history = history;
        this.addresses = addresses;
        api.get("/projects", this::all);
        api.get("/projects/:project", this::one);
        api.add(HttpMethod.POST, "/projects/:project/pause", request -> pause(request, true));
        api.add(HttpMethod.POST, "/projects/:project/resume", request -> pause(request, false));
    }

    /// What runs goes on; nothing new begins while a project is paused.
    private Object pause(ApiRequest request, boolean paused) {
        return database.transaction(
                tx -> {
                    Project project = request.project(tx, Right.CONFIGURE);
                    Projects.setPaused(tx, project.id(), paused);
                    Audit.add(
                            tx,
                            request.caller(),
                            Audit.Entry.of(
                                    project.id(),
                                    paused ? "pause" : "resume",
                                    project.name().toString()));
                    Jobs.lookAgain(tx, project.id());
                    return new Api.Accepted(Map.of("paused", paused));
                });
    }

    private record ProjectView(
            String name,
            @Nullable String defaultBranch,
            String cloneUrl,
            boolean paused,
            @Nullable Follows follows,
            @Nullable RunView latestRun,
            List<AppView.OfApp> apps) {}

    /// The repository elsewhere that a project follows.
    private record Follows(
            String forge,
            String url,
            boolean enabled,
            @Nullable String problem,
            @Nullable String formerly) {
        static Follows of(Remotes.Standing standing) {
            return new Follows(
                    standing.forge(),
                    standing.url(),
                    standing.enabled(),
                    standing.problem().isEmpty() ? null : standing.problem(),
                    standing.formerly().isEmpty() ? null : standing.formerly());
        }
    }

    private record Page(List<ProjectView> projects, @Nullable String next) {}

    private Object all(ApiRequest request) {
        String part = request.query("q", "").strip().toLowerCase(Locale.ROOT);
        String after = request.query("cursor", "");
        int limit = request.query("limit", PAGE, PAGE);
        List<Project> found =
                database.read(Projects::all).stream()
                        .filter(
                                project ->
                                        Access.may(
                                                request.caller(),
                                                Right.READ,
                                                new Subject.OfProject(project.id())))
                        .filter(project -> project.name().toString().contains(part))
                        .filter(project -> project.name().toString().compareTo(after) > 0)
                        .sorted(Comparator.comparing(project -> project.name().toString()))
                        .limit(limit + 1L)
                        .toList();
        List<Project> page = found.stream().limit(limit).toList();
        return new Page(
                views(page), found.size() > limit ? page.getLast().name().toString() : null);
    }

    private Object one(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        return views(List.of(project)).getFirst();
    }

    private List<ProjectView> views(List<Project> projects) {
        List<Long> ids = projects.stream().map(Project::id).toList();
        Map<Long, Run> newest = history.newestOf(ids);
        Map<Long, Remotes.Standing> standings = database.read(tx -> Remotes.standings(tx, ids));
        return projects.stream()
                .map(
                        project ->
                                view(
                                        project,
                                        standings.get(project.id()),
                                        newest.get(project.id())))
                .toList();
    }

    private ProjectView view(
            Project project, Remotes.@Nullable Standing standing, @Nullable Run newest) {
        return new ProjectView(
                project.name().toString(),
                project.defaultBranch(),
                addresses.self() + "/" + project.name() + ".git",
                project.paused(),
                standing == null ? null : Follows.of(standing),
                newest == null ? null : RunView.of(newest),
                database.read(tx -> AppView.of(tx, project.id(), addresses)));
    }
}
