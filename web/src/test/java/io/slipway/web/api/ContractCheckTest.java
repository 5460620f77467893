package io.slipway.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

/// The check itself: what it lets pass and what it does not.
final class ContractCheckTest {
    private static final String JSON = "application/json";

    private static List<String> of(String method, String path, String body, String answer) {
        return ContractCheck.exchange(method, path, body, 200, JSON, answer);
    }

    @Test
    void whatIsAsTheContractSaysPasses() {
        String runs = "{\"runs\":[],\"next\":null}";
        assertThat(of("GET", "/runs?limit=30&mine=true&state=failed", "", runs)).isEmpty();
        assertThat(ContractCheck.exchange("POST", "/session", "{\"token\":\"t\"}", 204, "", ""))
                .isEmpty();
        assertThat(ContractCheck.exchange("POST", "/session", "[]", 400, "", "")).isEmpty();
    }

    @Test
    void requestsThatAreNotAsItSaysMustNotSucceed() {
        String runs = "{\"runs\":[],\"next\":null}";
        assertThat(of("GET", "/runs?limit=1000", "", runs)).hasSize(1);
        assertThat(of("GET", "/runs?limit=ten", "", runs)).hasSize(1);
        assertThat(of("GET", "/runs?state=odd", "", runs)).hasSize(1);
        assertThat(of("GET", "/runs?more=1", "", runs)).hasSize(1);
        assertThat(of("GET", "/runs?limit=1&limit=2", "", runs)).hasSize(1);
        String token = "{\"token\":\"t\"}";
        String wish = "{\"label\":\"a\",\"scopes\":[\"read\"]%s}";
        assertThat(of("POST", "/tokens", wish.formatted(""), token)).isEmpty();
        assertThat(of("POST", "/tokens", wish.formatted(",\"admin\":true"), token)).hasSize(1);
        assertThat(of("POST", "/tokens", wish.formatted(",\"days\":0"), token)).hasSize(1);
        assertThat(of("POST", "/tokens", "{\"label\":\"a\"}", token)).hasSize(1);
        assertThat(ContractCheck.exchange("DELETE", "/tokens/x", "", 204, "", "")).hasSize(1);
        assertThat(of("GET", "/nothing", "", runs)).hasSize(1);
    }

    @Test
    void answersHaveNothingThatItDoesNotName() {
        assertThat(of("GET", "/runs", "", "{\"runs\":[],\"next\":null,\"more\":1}")).hasSize(1);
        assertThat(of("GET", "/runs", "", "{\"runs\":[]}")).hasSize(1);
        assertThat(of("GET", "/runs", "", "{\"runs\":[{}],\"next\":null}")).isNotEmpty();
        assertThat(ContractCheck.exchange("GET", "/runs", "", 418, JSON, "{}")).hasSize(1);
        assertThat(ContractCheck.exchange("GET", "/runs", "", 200, "text/html", "x")).hasSize(1);
        assertThat(
                        ContractCheck.exchange(
                                "GET", "/runs", "", 404, "application/problem+json", "{}"))
                .isNotEmpty();
    }

    @Test
    void eventsHaveWhatItNames() {
        assertThat(ContractCheck.event("changed", "{\"topic\":\"projects\"}")).isEmpty();
        assertThat(ContractCheck.event("changed", "{\"topic\":1}")).hasSize(1);
        assertThat(ContractCheck.event("changed", "{\"topic\":\"x\",\"more\":1}")).hasSize(1);
        assertThat(ContractCheck.event("progress", "{\"job\":7,\"line\":\"80 %\"}")).isEmpty();
        String log = "{\"job\":7,\"attempt\":1,\"from\":%s,\"lines\":[\"a\"],\"complete\":false%s}";
        assertThat(ContractCheck.event("log", log.formatted("1", ",\"times\":[]"))).isEmpty();
        assertThat(ContractCheck.event("log", log.formatted("0", ",\"times\":[]"))).hasSize(1);
        assertThat(ContractCheck.event("log", log.formatted("1", ""))).hasSize(1);
        assertThat(ContractCheck.event("closing", "{}")).hasSize(1);
    }

    @Test
    void ofAnAnswerOfLinesEachIsHeldToIt() {
        String path = "/projects/shop/apps/web/exec";
        String body = "{\"command\":[\"date\"]}";
        String type = "application/x-ndjson";
        String lines = "{\"out\":\"aGk=\"}\n\n\n{\"exit\":0}\n";
        assertThat(ContractCheck.exchange("POST", path, body, 200, type, lines)).isEmpty();
        String more = "{\"out\":\"aGk=\"}\n{\"ended\":0}\n";
        assertThat(ContractCheck.exchange("POST", path, body, 200, type, more)).hasSize(1);
    }
}
