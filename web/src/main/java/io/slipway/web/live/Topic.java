package io.slipway.web.live;

import static io.slipway.web.api.ApiRequest.bad;

import io.slipway.engine.project.ProjectName;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a stream is about, as its reader names it.
sealed interface Topic {
    /// The list of projects.
    record Projects() implements Topic {}

    /// A project: its apps and its list of runs.
    record OfProject(ProjectName project) implements Topic {}

    /// A run with its jobs.
    record OfRun(ProjectName project, int number) implements Topic {}

    /// What an attempt prints, from a line on.
    record OfLog(long job, int attempt, long line) implements Topic {}

    /// Streams with more would cost more than several tabs.
    int MOST = 20;

    Pattern PROJECT = Pattern.compile("project:([-a-z0-9/]{1,81})");
    Pattern RUN = Pattern.compile("run:([-a-z0-9/]{1,81})/([1-9][0-9]{0,8})");
    Pattern LOG = Pattern.compile("log:([1-9][0-9]{0,14}):([1-9][0-9]{0,8})@([1-9][0-9]{0,14})");

    /// Reads topics, separated by commas.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION when one is none, or there are too many
    static List<Topic> parse(String list) {
        List<Topic> topics = Arrays.stream(list.split(",", -1)).map(Topic::one).distinct().toList();
        if (topics.size() > MOST) {
            throw bad("topics", "has more than " + MOST + " topics");
        }
        return topics;
    }

    private static Topic one(String text) {
        if (text.equals("projects")) {
            return new Projects();
        }
        Matcher project = PROJECT.matcher(text);
        if (project.matches()) {
            return new OfProject(ProjectName.parse(project.group(1)));
        }
        Matcher run = RUN.matcher(text);
        if (run.matches()) {
            return new OfRun(ProjectName.parse(run.group(1)), Integer.parseInt(run.group(2)));
        }
        Matcher log = LOG.matcher(text);
        if (log.matches()) {
            return new OfLog(
                    Long.parseLong(log.group(1)),
                    Integer.parseInt(log.group(2)),
                    Long.parseLong(log.group(3)));
        }
        throw bad("topics", "has something that is no topic");
    }

    /// As its reader names it; a log without its line.
    default String text() {
        return switch (this) {
            case Projects projects -> "projects";
            case OfProject(ProjectName project) -> "project:" + project;
            case OfRun(ProjectName project, int number) -> "run:" + project + "/" + number;
            case OfLog(long job, int attempt, long line) -> "log:" + job + ":" + attempt;
        };
    }
}
