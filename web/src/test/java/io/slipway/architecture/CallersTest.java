package io.slipway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.web.contract.Contract;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// An operation that the dashboard does not ask by the client that is made from the contract has
/// another caller, or it goes.
class CallersTest {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final String CLI = "web/src/main/java/io/slipway/web/cli/";
    private static final String CLIENT = "web/src/main/java/io/slipway/web/client/";
    private static final String UI = "web/ui/src/";
    private static final String TESTS = "web/src/test/java/io/slipway/web/";

    /// Who asks, and by which text that is seen there.
    private record Caller(String file, String text) {}

    private static final Map<String, Caller> OTHERS =
            Map.ofEntries(
                    Map.entry("beginOidc", new Caller(UI + "pages/SignIn.svelte", "/oidc/begin")),
                    Map.entry(
                            "endOidc",
                            new Caller(TESTS + "people/OidcApiTest.java", "/oidc/callback?")),
                    Map.entry(
                            "projectAudit",
                            new Caller(CLI + "remote/PeopleCommands.java", "/audit")),
                    Map.entry(
                            "includedByAll",
                            new Caller(CLIENT + "IncludedOverApi.java", "/include?project=")),
                    Map.entry(
                            "includedFile",
                            new Caller(CLIENT + "IncludedOverApi.java", "/file?path=")),
                    Map.entry(
                            "projects",
                            new Caller(CLI + "look/ListCommands.java", "\"/projects?limit=200\"")),
                    Map.entry(
                            "connect",
                            new Caller(CLI + "remote/ConnectCommand.java", "\"/connections\"")),
                    Map.entry(
                            "offered",
                            new Caller(
                                    CLI + "remote/ConnectCommand.java",
                                    "\"/connections/offered\"")),
                    Map.entry(
                            "hostKey",
                            new Caller(
                                    CLI + "remote/ConnectCommand.java",
                                    "\"/connections/host-key\"")),
                    Map.entry("pause", new Caller(CLI + "remote/RunCommands.java", "\"/pause\"")),
                    Map.entry("resume", new Caller(CLI + "remote/RunCommands.java", "\"/resume\"")),
                    Map.entry(
                            "pauseSchedule",
                            new Caller(CLI + "remote/StartCommands.java", "\"/pause\"")),
                    Map.entry(
                            "resumeSchedule",
                            new Caller(CLI + "remote/StartCommands.java", "\"/resume\"")),
                    Map.entry("traceOtlp", new Caller(CLI + "look/ListCommands.java", "\"/otlp\"")),
                    Map.entry("logText", new Caller(CLI + "remote/LogsCommand.java", "\".txt\"")),
                    Map.entry(
                            "exec",
                            new Caller(CLI + "remote/ExecCommand.java", "\"/exec?environment=\"")),
                    Map.entry(
                            "manifests",
                            new Caller(
                                    CLI + "look/ManifestsCommand.java",
                                    "\"/manifests?environment=\"")),
                    Map.entry(
                            "appLog",
                            new Caller(CLI + "remote/LogsCommand.java", "\"/log?environment=\"")),
                    Map.entry(
                            "badge",
                            new Caller(TESTS + "live/ApiRulesTest.java", "/shop/badge.svg?")),
                    Map.entry(
                            "monitor",
                            new Caller(TESTS + "live/ApiRulesTest.java", "/shop/cctray.xml?")),
                    Map.entry(
                            "metrics", // what measures, such as Prometheus
                            new Caller(TESTS + "live/ApiRulesTest.java", "/api/v1/metrics")),
                    Map.entry("stream", new Caller(UI + "core/feed.ts", "/api/v1/stream?topics=")));

    @Test
    void everyOperationHasACaller() {
        String dashboard =
                Repository.written().stream()
                        .filter(file -> file.toString().contains("/ui/src/"))
                        .map(Repository::text)
                        .collect(Collectors.joining("\n"));
        List<String> nobodys = new ArrayList<>();
        Set<String> others = new TreeSet<>(OTHERS.keySet());
        for (Map.Entry<String, JsonNode> path : Contract.read().json().path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (!METHODS.contains(method.getKey())) {
                    continue;
                }
                String word = method.getKey().toUpperCase(Locale.ROOT);
                String id = method.getValue().path("operationId").asString();
                boolean asked = dashboard.contains("api.%s('%s'".formatted(word, path.getKey()));
                if (!asked && !others.remove(id)) {
                    nobodys.add(id);
                }
            }
        }
        assertThat(nobodys).as("asked by nobody").isEmpty();
        assertThat(others).as("not in the contract, or asked by the dashboard as well").isEmpty();
    }

    @Test
    void theOtherCallersAsk() {
        OTHERS.forEach(
                (id, caller) ->
                        assertThat(
                                        Repository.text(
                                                Path.of(Repository.root() + "/" + caller.file())))
                                .as(id)
                                .contains(caller.text()));
    }
}
