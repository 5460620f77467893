package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import tools.jackson.databind.JsonNode;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What becomes of pushes.
final class Pushes {
    private static final Pattern REJECTED =
            Pattern.compile("! \\[remote rejected\\] HEAD -> main \\((.*), run ([0-9]+)\\)");

    private Pushes() {}

    /// A push that git did not take.
    ///
    /// @param reason as git's own last line gives it
    record Rejected(String project, String reason, int run, String output) {
        /// The terminal, the database and the API name the same cause.
        void isToldAlike(Slipway slipway) {
            JsonNode told = slipway.api("/projects/" + project + "/runs/" + run);
            String stored =
                    slipway.read(
                            tx ->
                                    tx.one(
                                            """
                                            select r.reason from runs r join projects p on p.id = r.project_id
                                            where p.name = ? and r.number = ? and r.state = 'ended'
                                            """,
                                            row -> row.text("reason"),
                                            project,
                                            run));
            assertThat(told.path("outcome").asString()).isEqualTo("failed");
            assertThat(told.path("reason").asString()).isEqualTo(stored);
            assertThat(words()).contains(stored);
        }

        /// What the terminal said, as if it were wide.
        String words() {
            return output.replaceAll("\\s*\\nremote:\\s*", " ").replaceAll("\\s+", " ");
        }
    }

    /// Pushes to main; it is live at the end.
    static String passes(Git git) {
        Git.Ended push = git.run("push", "slipway", "HEAD:main");
        assertThat(push.code()).as(push.output()).isZero();
        return push.output();
    }

    static Rejected rejected(Git.Ended push, String project) {
        assertThat(push.code()).as(push.output()).isEqualTo(1);
        Matcher line = REJECTED.matcher(push.output());
        assertThat(line.find()).as(push.output()).isTrue();
        return new Rejected(project, line.group(1), Integer.parseInt(line.group(2)), push.output());
    }
}
