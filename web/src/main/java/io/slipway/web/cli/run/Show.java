package io.slipway.web.cli.run;

import io.slipway.engine.run.Run;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a person, or a program, is shown of a run. Calls come from several threads, one at a time.
interface Show {
    /// It begins.
    ///
    /// @param notes what was found and why, one sentence each
    void begins(Header header, List<String> notes);

    /// A job is being done now.
    void jobBegins(Run.Job job);

    /// A step begins.
    void stepBegins(Run.Job job, String step);

    /// A line that a job printed.
    ///
    /// @param text without a line break; nothing but text and colours
    void line(Run.Job job, String text);

    /// A step has ended.
    ///
    /// @param printed whether it printed anything
    void stepEnds(Run.Job job, Run.Step step, boolean printed);

    /// A job has ended.
    void jobEnds(Run.Job job);

    /// What is being done now, by the names of jobs; replaces what was said before.
    void now(Map<String, String> running);

    /// A sentence of Slipway's own.
    void note(String text);

    /// All is over.
    ///
    /// @param after sentences that follow: what would be rolled out
    void ends(Run run, List<Run.Job> jobs, Causes causes, List<String> after);

    /// What is run.
    ///
    /// @param commit that is checked out, short; empty when there is none
    /// @param changes files that differ from it
    record Header(String project, String branch, String commit, int changes) {}

    /// Why jobs failed, by the id of the job.
    ///
    /// @param tails the last lines of what a job printed
    /// @param remedies what to do, where that is known
    record Causes(Map<Long, List<String>> tails, Map<Long, String> remedies) {}

    /// `0.4s`, `22s`, `1m 52s`.
    static String took(Run.Times times) {
        if (times.startedAt() == null || times.endedAt() == null) {
            return "";
        }
        return took(Duration.between(times.startedAt(), times.endedAt()));
    }

    static String took(Duration time) {
        long tenths = Math.max(0, time.toMillis() + 50) / 100;
        if (tenths < 100) {
            return tenths / 10 + "." + tenths % 10 + "s";
        }
        long seconds = time.toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m " + seconds % 60 + "s";
    }
}
