package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EnvironmentTextTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static final String APPS =
            """
            {'app': 'web', 'environment': 'production', 'url': 'http://shop.localhost', 'release': 31, 'commit': '9f2c1ab77',
              'since': '2026-11-23T02:10:03.5Z', 'trouble': null, 'rollout': null, 'behind': 3},
            {'app': 'worker', 'environment': 'production', 'url': null, 'release': 30, 'commit': '4be0a1733',
              'since': '2026-11-22T02:10:03Z', 'trouble': 'exit code 1', 'rollout': null, 'behind': null},
            {'app': 'mail', 'environment': 'production', 'url': null, 'release': null, 'commit': null, 'since': null,
              'trouble': null, 'rollout': {'release': 1, 'state': 'checking', 'outcome': null}, 'behind': null}
            """;

    private static final String STAGING =
            """
            {'app': 'web', 'environment': 'staging', 'url': null, 'release': 32, 'commit': '9f2c1ab77',
              'since': '2026-11-23T02:11:00Z', 'trouble': null,
              'rollout': {'release': 32, 'state': 'ended', 'outcome': 'succeeded'}, 'behind': 0}
            """;

    @Test
    void eachEnvironmentIsToldInShort() {
        JsonNode fleet =
                json(
                        "{'environments': ['staging', 'production'], 'projects': [{'name': 'shop',"
                                + " 'apps': ["
                                + APPS
                                + ","
                                + STAGING
                                + "]}]}");
        assertThat(EnvironmentText.list(fleet))
                .isEqualTo(
                        """
                        ✓ staging     1 app   in step
                        ✗ production  3 apps  1 failing, 1 moving, 1 behind its branch
                        """);
        assertThat(EnvironmentText.list(json("{'environments': [], 'projects': []}")))
                .isEqualTo("nothing was rolled out yet: git push does that\n");
    }

    @Test
    void oneEnvironmentIsToldInFull() {
        JsonNode fleet =
                json(
                        "{'environments': ['production'], 'projects': [{'name': 'shop', 'apps': ["
                                + APPS
                                + "]}]}");
        assertThat(EnvironmentText.one(fleet))
                .isEqualTo(
                        """
                        PRODUCTION   RELEASE           COMMIT   SINCE                ADDRESS
                        shop web     ✓ #31 -3 commits  9f2c1ab  2026-11-23 02:10:03  http://shop.localhost
                        shop worker  ✗ #30 down        4be0a17  2026-11-22 02:10:03
                        shop mail    ◐ #1              -
                        """);
        assertThat(EnvironmentText.one(json("{'environments': [], 'projects': []}")))
                .isEqualTo("nothing was rolled out there\n");
    }
}
