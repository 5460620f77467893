package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WhyTextTest {
    private static final WhyText.Where WHERE = new WhyText.Where("shop", "web", "production");

    private static final String SERVES =
            "web in production: #29 (4be0a17) since 2026-11-23 02:10:03\n";

    private static final String IS_AT = "main is at 9f2c1ab in run 42: ";

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static JsonNode place(String commit) {
        return json(
                "{'release': 29, 'commit': '%s', 'since': '2026-11-23T02:10:03Z', 'trouble': null}"
                        .formatted(commit));
    }

    private static JsonNode run(String outcome, String jobs) {
        String state = outcome.isEmpty() ? "running" : "ended";
        return json(
                """
                {'number': 42, 'ref': 'refs/heads/main', 'commit': '9f2c1ab77', 'state': '%s', 'outcome': %s,
                 'reason': 'test failed: exit code 1', 'jobs': [%s]}
                """
                        .formatted(state, outcome.isEmpty() ? "null" : "'" + outcome + "'", jobs));
    }

    private static String rollout(String more) {
        return "{'name': 'web to production', 'kind': 'rollout', 'app': 'web', 'environment':"
                + " 'production', 'needs': ['image web'], "
                + more
                + "}";
    }

    private static String why(JsonNode run, @Nullable JsonNode missing) {
        return WhyText.of(WHERE, json("{'paused': false}"), place("4be0a1733"), run, missing);
    }

    @Test
    void whatIsThereIsThere() {
        String text =
                WhyText.of(
                        WHERE,
                        json("{}"),
                        place("9f2c1ab77"),
                        run("succeeded", rollout("'state': 'ended', 'outcome': 'succeeded'")),
                        null);
        assertThat(text)
                .isEqualTo(
                        """
                        web in production: #29 (9f2c1ab) since 2026-11-23 02:10:03
                        main is at 9f2c1ab in run 42: ✓ succeeded
                        ✓ nothing is missing
                        """);
    }

    @Test
    void anApprovalThatIsWaitedForIsNamedWithItsCommand() {
        JsonNode run =
                run(
                        "",
                        rollout(
                                "'state': 'waiting', 'waits': 'approval', 'waitsDetail':"
                                        + " 'maintainers'"));
        JsonNode missing =
                json(
                        """
                        {'added': [{'commit': '9f2c1ab77', 'subject': 'Refunds'}, {'commit': '88d1e0244', 'subject': 'Prices'}],
                         'more': false}
                        """);
        assertThat(why(run, missing))
                .isEqualTo(
                        SERVES
                                + IS_AT
                                + """
                                ◐ running
                                2 commits are missing
                                  + 9f2c1ab  Refunds
                                  + 88d1e02  Prices
                                ‖ it waits for approval by maintainers
                                  next   slipway approve 42 production -p shop
                                """);
    }

    @Test
    void ofManyCommitsTheFirstAreNamed() {
        StringBuilder added = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            added.append(i == 0 ? "" : ",").append("{'commit': 'a', 'subject': 's'}");
        }
        JsonNode missing = json("{'added': [" + added + "], 'more': true}");
        assertThat(why(run("", rollout("'state': 'running'")), missing))
                .contains("more than 9 commits are missing\n", "  and 4 more\n")
                .endsWith("◐ it is being rolled out\n  look   slipway watch 42 -p shop\n");
        assertThat(why(run("", rollout("'state': 'running'")), json("{'added': []}")))
                .contains("what serves has commits that the branch has not\n");
    }

    @Test
    void jobsBeforeItAreNamedWithHowTheyAre() {
        String jobs =
                rollout("'state': 'waiting', 'waits': 'needs'")
                        + """
                        ,{'name': 'image web', 'kind': 'image', 'needs': ['unit', 'lint'], 'state': 'waiting', 'waits': 'needs'},
                        {'name': 'unit', 'kind': 'check', 'needs': [], 'state': 'running'},
                        {'name': 'lint', 'kind': 'check', 'needs': [], 'state': 'ended', 'outcome': 'succeeded'}
                        """;
        assertThat(why(run("", jobs), null))
                .isEqualTo(
                        SERVES
                                + IS_AT
                                + """
                                ◐ running
                                ‖ it waits for other jobs of its run:
                                  ◐ running  unit
                                  look   slipway watch 42 -p shop
                                """);
    }

    @Test
    void aRunThatFailedBeforeSaysWhy() {
        assertThat(why(run("failed", ""), null))
                .isEqualTo(
                        SERVES
                                + IS_AT
                                + """
                                ✗ failed
                                ✗ the run failed before: test failed: exit code 1
                                  look   slipway watch 42 -p shop
                                """);
    }

    @Test
    void eachEndOfItsRolloutHasItsWords() {
        assertThat(why(run("failed", ended("failed", "it listens on 127.0.0.1")), null))
                .endsWith(
                        "✗ its rollout failed: it listens on 127.0.0.1\n"
                                + "  next   slipway retry 42 -p shop\n");
        assertThat(why(run("cancelled", ended("cancelled", "by anna")), null))
                .endsWith(
                        "– its rollout was cancelled: by anna\n"
                                + "  next   slipway retry 42 -p shop\n");
        assertThat(why(run("succeeded", ended("skipped", "nothing changed")), null))
                .endsWith(
                        "– its rollout was left out: nothing changed\n"
                                + "  look   slipway watch 42 -p shop\n");
        assertThat(why(run("succeeded", ended("succeeded", "")), null))
                .endsWith(
                        "– it served, and another release was put in its place since\n"
                                + "  look   slipway releases web -e production -p shop\n");
        assertThat(why(run("succeeded", ""), null))
                .endsWith("– this run rolls no web out to production: its pipeline file says so\n");
    }

    private static String ended(String outcome, String summary) {
        return rollout(
                "'state': 'ended', 'outcome': '%s', 'summary': '%s'".formatted(outcome, summary));
    }

    @Test
    void whatHoldsBackWithoutAnyoneBeingAskedIsNamedToo() {
        assertThat(
                        why(
                                run(
                                        "",
                                        rollout(
                                                "'state': 'waiting', 'waits': 'concurrency',"
                                                        + " 'waitsDetail': 'run 41'")),
                                null))
                .endsWith("‖ it waits for concurrency: run 41\n");
        assertThat(why(run("", rollout("'state': 'queued'")), null))
                .endsWith(
                        "○ its rollout waits for its turn on the runner\n"
                                + "  look   slipway watch 42 -p shop\n");
        assertThat(
                        WhyText.of(
                                WHERE,
                                json("{'paused': true}"),
                                null,
                                run("", rollout("'state': 'waiting', 'waits': 'pause'")),
                                null))
                .isEqualTo(
                        """
                        web in production: nothing serves
                        main is at 9f2c1ab in run 42: ◐ running
                        ‖ nothing of the project begins: it is paused
                          next   slipway resume -p shop
                        """);
        assertThat(WhyText.of(WHERE, json("{}"), place("4be0a1733"), null, null))
                .isEqualTo(SERVES + "no run of the default branch yet: git push starts one\n");
    }

    @Test
    void hostileNamesDoNothingToATerminal() {
        JsonNode missing =
                json(
                        "{'added': [{'commit': 'a', 'subject': 'a\\u001b[2Jb\\u202ec'}], 'more':"
                                + " false}");
        assertThat(why(run("", rollout("'state': 'running'")), missing))
                .doesNotContain("\u001b", "\u202e");
    }
}
