package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PeopleTextTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @Test
    void peopleAreListedWithWhatTheyAre() {
        assertThat(
                        PeopleText.people(
                                json(
                                        """
                                        {'people': [
                                          {'name': 'anna', 'role': 'admin', 'disabledAt': null, 'invited': false, 'hasPassword': true},
                                          {'name': 'mallory', 'role': null, 'disabledAt': '2026-11-23T02:10:03Z', 'invited': true, 'hasPassword': true},
                                          {'name': 'bob', 'role': null, 'disabledAt': null, 'invited': true, 'hasPassword': false},
                                          {'name': 'ci', 'role': 'viewer', 'disabledAt': null, 'invited': false, 'hasPassword': false}]}
                                        """)))
                .isEqualTo(
                        """
                        anna     admin
                        mallory  -       disabled
                        bob      -       invited
                        ci       viewer  no password
                        """);
        assertThat(PeopleText.people(json("{'people': []}")))
                .isEqualTo("nobody was invited yet: slipway people invite NAME\n");
    }

    @Test
    void membersAreListedWithThoseOfEveryProject() {
        assertThat(
                        PeopleText.members(
                                json(
                                        """
                                        {'members': [{'name': 'bob', 'role': 'developer'}],
                                         'everywhere': [{'name': 'anna', 'role': 'admin'}]}
                                        """)))
                .isEqualTo(
                        """
                        bob   developer
                        anna  admin      everywhere
                        """);
        assertThat(PeopleText.members(json("{'members': [], 'everywhere': []}")))
                .isEqualTo("only the operator\n");
    }

    @Test
    void whatPeopleWroteDoesNothingToTheTerminalOfWhoReadsTheAuditLog() {
        assertThat(
                        PeopleText.audit(
                                json(
                                        """
                                        {'entries': [
                                          {'at': '2026-11-23T02:10:03.123456Z', 'who': 'mallory', 'address': '127.0.0.1', 'action': 'token.make',
                                           'project': null, 'subject': 'a\\u001b]0;owned\\u0007b\\u202ec', 'detail': {'to': 'x\\u202ey'}},
                                          {'at': '2026-11-23T02:10:02Z', 'who': null, 'address': null, 'action': 'prune',
                                           'project': 'shop', 'subject': '', 'detail': {}}]}
                                        """)))
                .isEqualTo(
                        """
                        2026-11-23 02:10:03  mallory           127.0.0.1        token.make        -  a ]0;owned b c  {"to":"x y"}
                        2026-11-23 02:10:02  slipway           -                prune             shop
                        """);
        assertThat(PeopleText.audit(json("{'entries': []}")))
                .isEqualTo("nothing was done that is like that\n");
    }
}
