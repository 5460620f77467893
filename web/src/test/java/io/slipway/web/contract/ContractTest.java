package io.slipway.web.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What the server takes from the contract.
final class ContractTest {
    private static final Set<String> TOLD_ONCE = Set.of("token", "secret");

    private final Contract contract = Contract.read();

    @Test
    void anAnswerThatHoldsASecretIsNotKept() {
        List<String> kept = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : contract.json().path("paths").properties()) {
            for (String method : List.of("post", "put", "patch", "delete")) {
                JsonNode operation = path.getValue().path(method);
                boolean secret = holdsSecret(operation.path("responses"), new HashSet<>());
                String written = path.getKey().replaceAll("\\{([a-z]+)}", ":$1");
                boolean says = contract.secret(method.toUpperCase(Locale.ROOT), written);
                if (secret && !says) {
                    kept.add(method + " " + path.getKey());
                }
            }
        }
        assertThat(kept).isEmpty();
        assertThat(contract.secret("POST", "/people")).as("a link").isTrue();
        assertThat(contract.secret("POST", "/people/:person/invitation")).isTrue();
        assertThat(contract.secret("POST", "/me/password")).as("a cookie").isTrue();
        assertThat(contract.secret("POST", "/connections")).as("a hook's secret").isTrue();
        assertThat(contract.secret("POST", "/projects/:project/start")).isFalse();
    }

    private boolean holdsSecret(JsonNode node, Set<String> seen) {
        String reference = node.path("$ref").asString("");
        if (!reference.isEmpty() && seen.add(reference)) {
            return holdsSecret(contract.json().at(reference.substring(1)), seen);
        }
        for (Map.Entry<String, JsonNode> property : node.path("properties").properties()) {
            String type = property.getValue().path("type").toString();
            if (TOLD_ONCE.contains(property.getKey()) && type.contains("string")) {
                return true;
            }
        }
        for (JsonNode each : node) {
            if (holdsSecret(each, seen)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aQueryHasWhatTheContractNames() {
        QueryRules runs = contract.query("GET", "/runs");
        runs.checkNames(Set.of("project", "limit", "mine"));
        assertThatThrownBy(() -> runs.checkNames(Set.of("sort")))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                            assertThat(fault.message())
                                    .isEqualTo(
                                            "cannot take the request: the parameter sort is unknown"
                                                    + " here");
                            assertThat(fault.remedy())
                                    .isEqualTo(
                                            "leave it out, or use one of these: project, branch,"
                                                    + " state, mine, q, cursor, limit");
                        });
        assertThatThrownBy(() -> runs.checkNames(Set.of("x".repeat(4_000))))
                .hasMessageContaining("the parameter " + "x".repeat(60) + "... is unknown");
        assertThatThrownBy(() -> contract.query("GET", "/runners").checkNames(Set.of("limit")))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault ->
                                assertThat(fault.remedy())
                                        .isEqualTo("leave it out: there are none here"));
    }

    @Test
    void parametersOfThePathCountToo() {
        QueryRules releases = contract.query("GET", "/projects/:project/apps/:app/releases");
        releases.checkNames(Set.of("environment"));
        QueryRules config = contract.query("PATCH", "/projects/:project/config");
        config.checkNames(Set.of("app"));
    }

    @Test
    void aProvidersOwnParametersAreLeftOut() {
        contract.query("GET", "/oidc/callback").checkNames(Set.of("code", "session_state", "hd"));
    }

    @Test
    void valuesAreThoseThatTheContractAllows() {
        QueryRules runs = contract.query("GET", "/runs");
        runs.checkValue("state", "failed");
        runs.checkValue("limit", "100");
        runs.checkValue("mine", "true");
        runs.checkValue("q", "anything; at all");
        for (String[] wrong :
                new String[][] {
                    {"state", "odd"}, {"state", ""}, {"limit", "0"}, {"limit", "101"},
                    {"limit", "1x"}, {"limit", "-1"}, {"limit", "9".repeat(30)}, {"mine", "yes"}
                }) {
            assertThatThrownBy(() -> runs.checkValue(wrong[0], wrong[1]))
                    .as(wrong[0] + "=" + wrong[1])
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining(wrong[0] + " is '");
        }
    }
}
