package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.http.Handover;
import io.vertx.core.buffer.Buffer;

import java.util.List;
import java.util.Optional;

/// The state of a project's default branch for pages and monitors of others: a badge, and the feed
/// that CCTray began.
public final class BadgeApi {
    private static final int LOOKED_AT = 50;
    private static final int LETTER = 7;
    private static final int PADDING = 12;

    private final Database database;
    private final RunHistory history;
    private final AppAddresses addresses;

    /// Adds the operations.
    public BadgeApi(Api api, Database database, RunHistory history, AppAddresses addresses) {
        this.database = database;
        this.history = history;
        this.addresses = addresses;
        api.get("/projects/:project/badge.svg", this::badge);
        api.get("/projects/:project/cctray.xml", this::monitor);
    }

    private Object badge(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        List<Run> runs = onDefaultBranch(project);
        String word =
                runs.stream()
                        .map(run -> run.progress().outcome())
                        .filter(outcome -> outcome != null && outcome != Outcome.CANCELLED)
                        .findFirst()
                        .map(BadgeApi::word)
                        .orElse(runs.isEmpty() ? "no run" : "running");
        return send(request, "image/svg+xml", svg(word));
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case SUCCEEDED, SKIPPED -> "passing";
            case FAILED -> "failing";
            case ERRORED -> "errored";
            case CANCELLED -> "cancelled";
        };
    }

    private static String svg(String word) {
        String colour =
                switch (word) {
                    case "passing" -> "#157347";
                    case "failing", "errored" -> "#c4232b";
                    default -> "#5b616e";
                };
        int left = "slipway".length() * LETTER + PADDING;
        int right = word.length() * LETTER + PADDING;
        return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="slipway: %s">
          <title>slipway: %s</title>
          <rect width="%d" height="20" rx="3" fill="#3a414c"/>
          <path d="M%d 0h%da3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%dz" fill="%s"/>
          <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
            <text x="%d" y="14">slipway</text>
            <text x="%d" y="14">%s</text>
          </g>
        </svg>
        """
                .formatted(
                        left + right,
                        word,
                        word,
                        left + right,
                        left,
                        right - 3,
                        right - 3,
                        colour,
                        left / 2,
                        left + right / 2,
                        word);
    }

    private Object monitor(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        List<Run> runs = onDefaultBranch(project);
        Optional<Run> ended =
                runs.stream().filter(run -> run.progress().state() == RunState.ENDED).findFirst();
        boolean moves = !runs.isEmpty() && runs.getFirst().progress().state() != RunState.ENDED;
        String page = addresses.self() + "/" + project.name();
        String xml =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <Projects>
                  <Project name="%s" activity="%s" lastBuildStatus="%s" lastBuildLabel="%s" lastBuildTime="%s" webUrl="%s"/>
                </Projects>
                """
                        .formatted(
                                project.name(),
                                moves ? "Building" : "Sleeping",
                                ended.map(BadgeApi::status).orElse("Unknown"),
                                ended.map(run -> Integer.toString(run.number())).orElse(""),
                                ended.map(run -> String.valueOf(run.progress().endedAt()))
                                        .orElse(""),
                                ended.map(run -> page + "/runs/" + run.number()).orElse(page));
        return send(request, "application/xml; charset=utf-8", xml);
    }

    private static String status(Run run) {
        Outcome outcome = run.progress().outcome();
        return outcome == null
                ? "Unknown"
                : switch (outcome) {
                    case SUCCEEDED, SKIPPED -> "Success";
                    case FAILED -> "Failure";
                    case ERRORED -> "Exception";
                    case CANCELLED -> "Unknown";
                };
    }

    /// The newest first; all branches while there is no default branch yet. A run that only rolls
    /// out what is there, such as a rollback, says nothing of the branch.
    private List<Run> onDefaultBranch(Project project) {
        String branch = project.defaultBranch();
        return history.newest(project.id(), Integer.MAX_VALUE, LOOKED_AT).stream()
                .filter(run -> branch == null || run.source().ref().equals("refs/heads/" + branch))
                .filter(
                        run ->
                                !run.start().trigger().equals("manual")
                                        || run.start().delivery() != null)
                .toList();
    }

    private static Object send(ApiRequest request, String type, String text) {
        request.context()
                .response()
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Content-Security-Policy", "default-src 'none'")
                .end(Buffer.buffer(text));
        Handover.drain(request.context());
        return Api.Answered.BY_ITSELF;
    }
}
