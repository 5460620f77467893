package io.slipway.web.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.account.Accounts;
import io.slipway.engine.oidc.Oidc;
import io.slipway.engine.route.ServerLink;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.web.api.Api;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.api.RunApi;
import io.slipway.web.http.Handover;
import io.slipway.web.overview.TokenApi;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// The API of people on a port of its own, asked as the switch would ask it.
final class PeopleDoor implements AutoCloseable {
    static final String ORIGIN = "http://slipway.test";

    private final Vertx vertx = Vertx.vertx();
    private final Handover handover = new Handover();
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final String operator;

    PeopleDoor(Database database) throws Exception {
        this(database, null);
    }

    /// @param oidc null: there is no provider
    PeopleDoor(Database database, @Nullable Oidc oidc) throws Exception {
        Router router = Router.router(vertx);
        Api api = new Api(router, database, handover, ORIGIN, text -> text);
        Accounts accounts = new Accounts(database);
        SessionApi sessions = new SessionApi(api, database, accounts, Duration.ofHours(8), "1.0");
        new OidcApi(api, sessions, oidc);
        new PeopleApi(api, database, accounts, ORIGIN);
        new MemberApi(api, database);
        new AuditApi(api, database);
        new TokenApi(api, database);
        new RunApi(api, database, new RunHistory(database), new Runs());
        this.port =
                vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get()
                        .actualPort();
        TokenText token =
                database.transaction(
                        tx ->
                                Tokens.issue(
                                        tx,
                                        Principals.ensure(tx, "root", Principal.Kind.OPERATOR),
                                        new Tokens.Grant(
                                                "t", EnumSet.allOf(Right.class), null, null)));
        this.operator = "Bearer " + token.reveal();
    }

    /// A request, with the headers that it has.
    final class Asked {
        private final String method;
        private final String path;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String body = "";

        private Asked(String method, String path) {
            this.method = method;
            this.path = path;
        }

        Asked with(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Asked from(String address, String scheme) {
            return with(ServerLink.CLIENT, address).with(ServerLink.SCHEME, scheme);
        }

        Asked byOperator() {
            return with("Authorization", operator);
        }

        /// As a page of Slipway's own sends it.
        Asked by(String cookie) {
            return with("Cookie", cookie).with("Origin", ORIGIN);
        }

        Asked body(String json) {
            body = json.replace('\'', '"');
            return this;
        }

        HttpResponse<String> send() throws Exception {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                            .method(method, BodyPublishers.ofString(body));
            headers.forEach(request::header);
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            assertThat(
                            ContractCheck.exchange(
                                    method,
                                    path,
                                    body,
                                    answer.statusCode(),
                                    answer.headers().firstValue("Content-Type").orElse(""),
                                    answer.body()))
                    .as(method + " " + path + " is asked and answered as the contract says")
                    .isEmpty();
            return answer;
        }

        int status() throws Exception {
            return send().statusCode();
        }

        JsonNode json() throws Exception {
            HttpResponse<String> answer = send();
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
            return JsonMapper.shared().readTree(answer.body());
        }
    }

    Asked ask(String method, String path) {
        return new Asked(method, path);
    }

    Asked signIn(String name, String password) {
        return ask("POST", "/session")
                .with("Origin", ORIGIN)
                .body("{'name':'" + name + "','password':'" + password + "'}");
    }

    /// `name=value` of the cookie that an answer sets.
    static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    }

    /// Invites somebody, who chooses a password.
    String joined(String name, String password) throws Exception {
        String url =
                ask("POST", "/people")
                        .byOperator()
                        .body("{'name':'" + name + "'}")
                        .json()
                        .path("url")
                        .asString();
        HttpResponse<String> answer =
                ask("POST", "/invitation")
                        .with("Origin", ORIGIN)
                        .body(
                                "{'invitation':'"
                                        + url.replaceFirst(".*#", "")
                                        + "','password':'"
                                        + password
                                        + "'}")
                        .send();
        if (answer.statusCode() != 204) {
            throw new AssertionError(answer.body());
        }
        return cookie(answer);
    }

    @Override
    public void close() throws Exception {
        handover.close();
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
