package io.slipway.engine.connect;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.source.CommitId;

import java.net.URI;
import java.util.List;

/// What is said under a pull request: how its run stands, what failed and why, and where the apps
/// are. Names and causes may be of whoever wrote the pull request: they are shown as they stand,
/// mention nobody and link nowhere.
final class PullRequestText {
    private static final int MOST = 10;
    private static final int LONGEST = 200;

    private static final String FAILED =
            """
            select j.name, j.outcome, coalesce(j.summary, '') as summary,
                coalesce((
                    select s.name from steps s join attempts t on t.id = s.attempt_id
                    where t.job_id = j.id and t.number = j.latest_attempt
                        and s.outcome in ('failed', 'errored')
                    order by s.position limit 1), '') as step
            from jobs j
            where j.run_id = ? and j.outcome in ('failed', 'errored')
            order by j.position limit ?
            """;

    private static final String PAGES =
            """
            select distinct l.environment, l.app, h.host
            from rollouts o
            join attempts t on t.id = o.attempt_id
            join jobs j on j.id = t.job_id
            join placements l on l.id = o.placement_id
            join hosts h on h.placement_id = l.id
            where j.run_id = ? and o.outcome = 'succeeded'
            order by l.environment, l.app, h.host limit ?
            """;

    private final String self;

    /// @param self what Slipway calls itself, without a trailing slash
    PullRequestText(String self) {
        this.self = self;
    }

    /// What it is about.
    ///
    /// @param now `waits`, `running` or an outcome
    /// @param reason what decided the outcome; may be empty
    record Run(long id, String project, int number, CommitId commit, String now, String reason) {}

    /// In Markdown that every forge reads alike.
    ///
    /// @param nonce by which the comment is found again; nobody sees it
    String of(Tx tx, Run run, String nonce) {
        StringBuilder text = new StringBuilder(head(run)).append("\n");
        List<String> failed = tx.query(FAILED, PullRequestText::failed, run.id(), MOST);
        if (!failed.isEmpty()) {
            text.append("\n").append(String.join("\n", failed)).append("\n");
        }
        List<String> pages = tx.query(PAGES, this::page, run.id(), MOST);
        if (!pages.isEmpty()) {
            text.append("\n").append(String.join("\n", pages)).append("\n");
        }
        // A link that nothing refers to is shown by no forge.
        return text.append("\n[slipway-")
                .append(nonce)
                .append("]: ")
                .append(url(run))
                .append("\n")
                .toString();
    }

    private String head(Run run) {
        String what =
                "**Slipway**: [run "
                        + run.number()
                        + "]("
                        + url(run)
                        + ") of "
                        + run.commit().brief();
        return switch (run.now()) {
            case "waits" ->
                    what
                            + " waits: its commits come from another repository, and nothing of it"
                            + " begins before somebody agrees with "
                            + code("slipway approve " + run.number())
                            + ", or who may push here with the comment "
                            + code("/slipway approve " + run.commit());
            case "running" -> what + " is on its way";
            default ->
                    what
                            + (run.now().equals("cancelled") ? " was " : " ")
                            + run.now()
                            + (run.reason().isEmpty() ? "" : ": " + code(run.reason()));
        };
    }

    private String url(Run run) {
        return self + "/" + run.project() + "/runs/" + run.number();
    }

    private static String failed(Row row) {
        String step = row.text("step");
        String summary = row.text("summary");
        return "- "
                + code(row.text("name"))
                + " "
                + row.text("outcome")
                + (step.isEmpty() ? "" : " at step " + code(step))
                + (summary.isEmpty() ? "" : ": " + code(summary));
    }

    private String page(Row row) {
        return "- "
                + code(row.text("app"))
                + " in "
                + code(row.text("environment"))
                + ": "
                + page(self, row.text("host"));
    }

    /// Where an app is, beside Slipway itself.
    static String page(String self, String host) {
        URI own = URI.create(self);
        return own.getScheme() + "://" + host + (own.getPort() < 0 ? "" : ":" + own.getPort());
    }

    /// One line that Markdown takes for nothing else.
    static String code(String text) {
        StringBuilder clean = new StringBuilder();
        text.lines()
                .findFirst()
                .orElse("")
                .codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
                .map(c -> c == '`' ? '\'' : c)
                .limit(LONGEST)
                .forEach(clean::appendCodePoint);
        String line = clean.toString().strip();
        return line.isEmpty() ? "" : "`" + line + "`";
    }
}
