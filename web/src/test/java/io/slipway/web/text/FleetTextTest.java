package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.StringJoiner;

class FleetTextTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @Test
    void theFleetBeginsWithWhatNeedsSomebody() {
        JsonNode fleet =
                json(
                        """
                        {'environments': ['staging', 'production'],
                         'projects': [
                          {'name': 'orders', 'newest': {'number': 1842, 'ref': 'refs/heads/main', 'commit': '9f2c1ab0d4',
                             'state': 'ended', 'outcome': 'failed', 'reason': 'integration failed: exit code 1'},
                           'apps': [
                            {'app': 'orders', 'environment': 'production', 'url': 'http://orders.localhost', 'release': 31,
                             'trouble': null, 'rollout': {'release': 32, 'state': 'ended', 'outcome': 'failed'}},
                            {'app': 'orders', 'environment': 'staging', 'url': null, 'release': 33, 'trouble': null,
                             'rollout': {'release': 34, 'state': 'checking', 'outcome': null}}]},
                          {'name': 'late', 'newest': {'number': 7, 'ref': 'refs/heads/main', 'commit': '1111111aa',
                             'state': 'ended', 'outcome': 'succeeded', 'reason': null},
                           'apps': [{'app': 'late', 'environment': 'production', 'url': null, 'release': 4,
                             'trouble': null, 'rollout': null, 'behind': 3}]},
                          {'name': 'new', 'newest': null, 'apps': []}],
                         'moving': [{'project': 'shop', 'run': 12, 'ref': 'refs/heads/main', 'subject': 'Prices',
                            'now': ['unit', 'lint'], 'expected': {'left': 41000, 'longer': false}}],
                         'waiting': [{'project': 'shop', 'run': 11, 'job': 'rollout web', 'waits': 'approval'}]}
                        """);
        assertThat(FleetText.of(fleet))
                .isEqualTo(
                        """
                        ✗ orders #1842  main         integration failed: exit code 1
                        ◐ shop #12      main         unit, lint   about 40s left
                        ‖ shop #11      rollout web  waits for approval               slipway approve 11 -p shop

                        APP     BRANCH           STAGING       PRODUCTION       ADDRESS
                        orders  ✗ 9f2c1ab #1842  ◐ #33 -> #34  ✗ #32, kept #31  http://orders.localhost
                        late    ✓ 1111111 #7     -             ✓ #4 -3 commits
                        new     no run yet
                        """);
    }

    private static String inStep(String name, int behind) {
        return """
        {'name': '%s', 'newest': {'number': 7, 'ref': 'refs/heads/main', 'commit': '1111111aa', 'state': 'ended',
          'outcome': 'succeeded', 'reason': null},
         'apps': [{'app': '%s', 'environment': 'production', 'url': null, 'release': 4, 'trouble': null,
           'rollout': {'release': 4, 'state': 'ended', 'outcome': 'succeeded'}, 'behind': %d}]}
        """
                .formatted(name, name, behind);
    }

    private static JsonNode fleet(int inStep, String more) {
        StringJoiner projects = new StringJoiner(",");
        for (int i = 10; i < 10 + inStep; i++) {
            projects.add(inStep("app" + i, 0));
        }
        return json(
                "{'environments': ['production'], 'moving': [], 'waiting': [], 'projects': ["
                        + projects
                        + more
                        + "]}");
    }

    @Test
    void ofManyAppsThoseInStepAreOneLine() {
        JsonNode fleet =
                fleet(
                        13,
                        ","
                                + inStep("late", 2)
                                + """
                                ,{'name': 'new', 'newest': null, 'apps': []},
                                {'name': 'sick', 'newest': {'number': 9, 'ref': 'refs/heads/main', 'commit': '2222222bb', 'state': 'ended',
                                   'outcome': 'failed', 'reason': 'test failed', 'endedAt': '2026-11-23T02:10:00Z'},
                                 'apps': [{'app': 'sick', 'environment': 'production', 'url': null, 'release': 1,
                                   'trouble': null, 'rollout': null, 'behind': 0}]}
                                """);
        ((ObjectNode) fleet).put("checkedAt", "2026-11-23T02:12:04Z");
        assertThat(FleetText.of(fleet))
                .isEqualTo(
                        """
                        ✗ sick #9  main  test failed  2m 04s ago

                        APP   BRANCH        PRODUCTION       ADDRESS
                        late  ✓ 1111111 #7  ✓ #4 -2 commits
                        new   no run yet
                        sick  ✗ 2222222 #9  ✓ #1
                        13 others in step   slipway status --all
                        """);
        assertThat(FleetText.all(fleet))
                .contains("app10  ✓ 1111111 #7  ✓ #4", "app22  ✓")
                .doesNotContain("in step");
    }

    @Test
    void whereAllIsInStepThatIsAllThatIsSaid() {
        assertThat(FleetText.of(fleet(13, ""))).isEqualTo("13 in step   slipway status --all\n");
        assertThat(FleetText.of(fleet(12, "")))
                .as("a few are shown whatever they are")
                .startsWith("APP    BRANCH        PRODUCTION  ADDRESS\napp10  ✓ 1111111 #7  ✓ #4\n")
                .hasLineCount(13);
    }

    @Test
    void rolloutsAreTold() {
        JsonNode page =
                json(
                        """
                        {'rollouts': [
                          {'project': 'shop', 'app': 'web', 'environment': 'production', 'release': 32, 'from': 31,
                           'state': 'ended', 'outcome': 'failed', 'cause': 'it listens on 127.0.0.1',
                           'because': 'push 9f2c1ab', 'startedAt': '2026-11-23T02:10:03.5Z'},
                          {'project': 'shop', 'app': 'web', 'environment': 'staging', 'release': 1, 'from': null,
                           'state': 'checking', 'outcome': null, 'cause': null,
                           'because': 'push 4be0a17', 'startedAt': '2026-11-22T02:10:03Z'}]}
                        """);
        assertThat(RunText.rollouts(page))
                .isEqualTo(
                        """
                        shop web  production  ✗ failed    #31 -> #32  it listens on 127.0.0.1  2026-11-23 02:10:03
                        shop web  staging     ◐ checking  #1          push 4be0a17             2026-11-22 02:10:03
                        """);
        assertThat(RunText.rollouts(json("{'rollouts': []}")))
                .isEqualTo("no rollout is like that\n");
    }

    @Test
    void theStatusNamesServersAndRunners() {
        JsonNode answer =
                json(
                        """
                        {'servers': [{'version': '0.1.0', 'startedAt': '2026-11-23T02:10:03Z', 'seenAt': '2026-11-23T04:00:00Z'}],
                         'runners': [{'name': 'docker', 'used': 4, 'slots': 4, 'queued': 2}]}
                        """);
        assertThat(ListText.status(answer))
                .isEqualTo(
                        """
                        ✓ server 0.1.0   since 2026-11-23 02:10:03  seen 2026-11-23 04:00:00
                        ○ runner docker  4 of 4 taken               2 waiting
                        """);
    }

    @Test
    void anEmptyInstanceSaysWhatToDo() {
        assertThat(FleetText.of(json("{'projects': []}")))
                .isEqualTo("no project yet: git push one\n");
    }

    @Test
    void whatOthersWroteDoesNothingToATerminal() {
        JsonNode runs =
                json(
                        """
                        {'runs': [{'number': 1, 'state': 'ended', 'outcome': 'succeeded', 'ref': 'refs/heads/x',
                          'commit': 'abc', 'subject': 'a\\u001b[31mb\\u202ec', 'createdAt': '2026-11-23T02:10:03.5Z'}]}
                        """);
        assertThat(RunText.list(runs)).doesNotContain("\u001b", "\u202e").contains("a [31mb c");
    }

    @Test
    void aRunIsToldWithItsJobsAndProblems() {
        JsonNode run =
                json(
                        """
                        {'number': 8, 'ref': 'refs/heads/main', 'commit': '9f2c1ab0d4', 'subject': 'Try a matrix', 'state': 'ended',
                         'outcome': 'failed', 'reason': '.slipway.yml has 1 problem',
                         'jobs': [{'name': 'test', 'state': 'ended', 'outcome': 'failed', 'summary': 'exit code 1',
                           'startedAt': '2026-11-23T02:10:03Z', 'endedAt': '2026-11-23T02:11:07Z', 'waits': null}],
                         'problems': [{'file': '.slipway.yml', 'line': 4, 'column': 5, 'message': 'unknown key stepps'}]}
                        """);
        assertThat(RunText.of(run))
                .isEqualTo(
                        """
                        run 8  main@9f2c1ab  Try a matrix   ✗ failed
                          ✗ failed  test  1m 04s  exit code 1
                          .slipway.yml:4:5  unknown key stepps
                        .slipway.yml has 1 problem
                        """);
    }
}
