package io.slipway.engine.forge.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.egress.Limits;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A forge that answers what nobody should: a fault that says so, or nothing, and no more memory,
/// time or requests than an honest one takes.
final class HostileForgeTest {
    private ScriptedForge forge;
    private Egress egress;

    @BeforeEach
    void start() throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private ForgeApi api(ForgeKind kind) {
        return ForgeApi.of(egress, kind, EgressUrl.parse(forge.origin()), Secret.of("word"))
                .orElseThrow()
                .within(new Limits(Duration.ofSeconds(20), 1 << 20, 5));
    }

    private static Stream<ForgeKind> forges() {
        return Stream.of(ForgeKind.values()).filter(kind -> kind != ForgeKind.GENERIC);
    }

    private static void refused(ThrowingCallable call, String why) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.message()).contains(why));
    }

    @Test
    void hugeAnswersAreCutOff() {
        forge.always(200, Map.of(), "[" + " ".repeat(2 << 20) + "]");
        RepositoryApi repository = api(ForgeKind.GITEA).at("team/shop", "1");
        refused(() -> repository.pulls(""), "cannot get an answer of");
        refused(() -> repository.comment(3, "x"), "cannot get an answer of");
    }

    @Test
    void redirectsIntoForbiddenNetworksAreNotFollowed() {
        RepositoryApi repository = api(ForgeKind.GITHUB).at("team/shop", "1");
        forge.always(302, Map.of("Location", "http://169.254.169.254/latest"), "");
        refused(() -> repository.pulls(""), "169.254.169.254");
        forge.always(307, Map.of("Location", forge.origin() + "/elsewhere"), "");
        refused(() -> repository.comment(3, "x"), "it sends elsewhere what was to be changed");
        assertThat(forge.asked()).noneMatch(line -> line.contains("/elsewhere"));
    }

    @Test
    void slowAnswersEnd() {
        forge.slowly();
        RepositoryApi repository =
                api(ForgeKind.GITLAB)
                        .within(new Limits(Duration.ofMillis(300), 1 << 20, 5))
                        .at("team/shop", "1");
        refused(() -> repository.pulls(""), "cannot get an answer of");
    }

    @Test
    void answersOfOtherTypesMeanNothing() {
        for (String body :
                List.of(
                        "null",
                        "7",
                        "\"x\"",
                        "{}",
                        "[[]]",
                        "[null,7,{\"id\":{}}]",
                        "{\"id\":[1],\"values\":{\"id\":1},\"body\":{}}",
                        "{\"id\":\"../../users/1\",\"values\":[{\"comment\":7}]}")) {
            forge.always(200, Map.of(), body);
            forges().forEach(kind -> nothing(kind, body));
        }
        assertThat(forge.asked()).noneMatch(line -> line.contains(".."));
    }

    private void nothing(ForgeKind kind, String body) {
        String what = kind + " " + body;
        RepositoryApi repository = api(kind).at("team/shop", "1");
        assertThat(repository.comment(3, "x").id()).as(what).isEmpty();
        assertThat(repository.findComment(3, "word", Instant.EPOCH)).as(what).isEmpty();
        Pulls pulls = repository.pulls("");
        assertThat(pulls).as(what).isInstanceOf(Pulls.Listed.class);
        assertThat(((Pulls.Listed) pulls).open()).as(what).isEmpty();
        assertThat(((Pulls.Listed) pulls).complete()).as(what).isFalse();
    }

    @Test
    void aListWithoutAnEndIsNotReadForEver() {
        String one =
                "{\"number\":%d,\"title\":\"x\",\"head\":{\"ref\":\"a\"},\"base\":{\"ref\":\"b\",\"repo\":{\"id\":1}}}";
        StringBuilder page = new StringBuilder("[");
        for (int i = 1; i <= 100; i++) {
            page.append(i == 1 ? "" : ",").append(one.formatted(i));
        }
        forge.always(200, Map.of("ETag", "\"same\""), page + "]");
        Pulls pulls = api(ForgeKind.GITHUB).at("team/shop", "1").pulls("");
        assertThat(forge.asked()).hasSize(10);
        assertThat(((Pulls.Listed) pulls).complete()).isFalse();
        assertThat(((Pulls.Listed) pulls).mark()).isEmpty();
    }

    @Test
    void whatForgesNameIsNoPartOfAnotherPath() {
        RepositoryApi repository = api(ForgeKind.GITEA).at("team/shop", "1");
        for (String comment : List.of("../../1", "1/2", "1?x=y", "", "%2e")) {
            refused(() -> repository.changeComment(3, comment, "x"), "makes no sense");
        }
        refused(
                () -> api(ForgeKind.GITHUB).makeHook("../x", "https://a", Secret.of("k")),
                "as an organisation");
        assertThat(forge.asked()).isEmpty();
    }
}
