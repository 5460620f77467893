package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.access.Access;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.SessionLife;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.Git;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.contract.Contract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Every operation of the contract, asked by everybody about a project of theirs and one that they
/// have nothing to do with. What has to come out stands in the contract, as the operation's
/// `x-role`.
///
/// Rows of docs/security.md: A-WEB-1, A-WEB-7, A-TOK-3.
@Tag("attack")
@ExtendWith(SlipwayExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class RolesIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<Right> ALL = EnumSet.allOf(Right.class);
    private static final String OWN = "roles-own";
    private static final String OTHER = "roles-other";
    private static final String UNKNOWN = "roles-unknown";

    /// Where a body is read, none that it could be: nothing is changed by who is let through.
    private static final String NO_BODY = "[]";

    /// What operations need beside their path, so that they get as far as they can.
    private static final Map<String, String> QUERIES =
            Map.of(
                    "stream",
                    "topics=projects",
                    "includedFile",
                    "path=a.yml",
                    "logSearch",
                    "q=fine",
                    "namedLog",
                    "job=look",
                    "compare",
                    "from=1&to=1");

    /// What is answered for good reasons when there is nothing to be shown.
    private static final Set<String> MAY_BE_MISSING =
            Set.of("image", "rollout", "releases", "manifests", "appLog");

    private final Slipway slipway;
    private final HttpClient http = HttpClient.newHttpClient();
    private Place own;
    private Place other;

    RolesIT(Slipway slipway) {
        this.slipway = slipway;
    }

    /// A project with something of everything that a path may name.
    private record Place(long id, String name, long job, UUID delivery) {}

    /// @param role in the projects that the persona has to do with; null: none
    /// @param everywhere whether that is all of them, and the instance
    /// @param scopes of its token
    private record Persona(
            String name, @Nullable Role role, boolean everywhere, Set<Right> scopes) {
        Optional<Role> in(Place place) {
            boolean there = everywhere || place.name().equals(OWN);
            return there ? Optional.ofNullable(role) : Optional.empty();
        }

        boolean small() {
            return scopes.size() == 1;
        }

        /// What it is as far as its token goes.
        Optional<Role> allowedIn(Place place) {
            return in(place).map(role -> small() ? Role.VIEWER : role);
        }
    }

    private record Operation(String method, String path, String id, String role) {
        boolean reads() {
            return method.equals("GET");
        }

        boolean ofProject() {
            return Role.of(role).isPresent();
        }
    }

    private record Answer(int status, String body) {
        String detail() {
            return body.startsWith("{") ? JSON.readTree(body).path("detail").asString("") : "";
        }
    }

    @BeforeAll
    void places() {
        own = place(OWN);
        other = place(OTHER);
    }

    @AfterAll
    void close() {
        http.shutdownNow();
    }

    private Place place(String name) {
        Git git = slipway.repository(name);
        git.write(
                        ".slipway.yml",
                        "jobs: { look: { image: busybox, steps: [echo fine] } }\napps: {}\n")
                .commit("One");
        Git.Ended push = git.run("push", "slipway", "HEAD:main");
        assertThat(push.code()).as(push.output()).isZero();
        UUID delivery = UUID.randomUUID();
        slipway.change(
                tx -> {
                    tx.update(
                            """
                            insert into hooks (public_id, forge, project_id, secret)
                            select ?, 'generic', id, '' from projects where name = ?
                            """,
                            (delivery + "").replace("-", "").substring(0, 22),
                            name);
                    tx.update(
                            """
                            insert into webhook_deliveries (id, hook_id, project_id, forge_id, event, sender_id,
                                sender_login, headers, body, body_size, body_sha256, events, state, verdict, settled_at)
                            select ?, h.id, h.project_id, '', 'push', '', '', '{}', '', 0, sha256(''), '[]', 'settled',
                                'nothing', now()
                            from hooks h join projects p on p.id = h.project_id where p.name = ?
                            """,
                            delivery,
                            name);
                });
        return slipway.read(
                tx -> {
                    long id = Projects.get(tx, ProjectName.parse(name)).id();
                    long job =
                            tx.one(
                                    "select min(id) as id from jobs where project_id = ?",
                                    row -> row.number("id"),
                                    id);
                    return new Place(id, name, job, delivery);
                });
    }

    private static List<Operation> operations() {
        JsonNode contract = Contract.read().json();
        List<Operation> operations = new ArrayList<>();
        for (ContractCheck.Operation each : ContractCheck.operations()) {
            JsonNode written =
                    contract.path("paths")
                            .path(each.path())
                            .path(each.method().toLowerCase(Locale.ROOT));
            String role = written.path("x-role").asString("");
            String id = written.path("operationId").asString("");
            assertThat(role)
                    .as("the x-role of " + id)
                    .matches("nobody|anybody|(instance )?(viewer|developer|maintainer|admin)");
            operations.add(new Operation(each.method(), each.path(), id, role));
        }
        operations.sort(Comparator.comparing(operation -> operation.id().equals("signOut")));
        return operations;
    }

    private static List<Persona> personas() {
        List<Persona> personas = new ArrayList<>();
        personas.add(new Persona("roles-nobody", null, false, ALL));
        for (Role role : Role.values()) {
            personas.add(new Persona("roles-" + role.word(), role, false, ALL));
            personas.add(new Persona("roles-all-" + role.word(), role, true, ALL));
        }
        personas.add(new Persona("roles-small", Role.ADMIN, true, Set.of(Right.READ)));
        return personas;
    }

    private TokenText issue(Persona persona) {
        TokenText[] made = new TokenText[1];
        slipway.change(
                tx -> {
                    var operator =
                            Access.authenticate(tx, TokenText.of(slipway.token())).orElseThrow();
                    Principal person = Principals.ensure(tx, persona.name(), Principal.Kind.PERSON);
                    if (persona.role() != null) {
                        Members.give(
                                tx,
                                operator,
                                persona.everywhere() ? null : own.id(),
                                person,
                                persona.role());
                    }
                    made[0] =
                            Tokens.issue(
                                    tx,
                                    person,
                                    new Tokens.Grant("matrix", persona.scopes(), null, null));
                });
        return made[0];
    }

    private static String path(Operation operation, Place place) {
        return Arrays.stream(operation.path().split("/"))
                .map(
                        part ->
                                switch (part) {
                                    case "{project}" -> place.name();
                                    case "{run}", "{attempt}", "{rollout}" -> "1";
                                    case "{job}" -> Long.toString(place.job());
                                    case "{delivery}" -> place.delivery().toString();
                                    case "{image}" -> "sha256:" + "0".repeat(64);
                                    default -> part.startsWith("{") ? "999999999" : part;
                                })
                .reduce((left, right) -> left + "/" + right)
                .orElseThrow();
    }

    private Answer ask(Operation operation, Place place, String body, String... headers)
            throws Exception {
        String query = QUERIES.get(operation.id());
        URI uri =
                URI.create(
                        "http://127.0.0.1:"
                                + slipway.port()
                                + "/api/v1"
                                + path(operation, place)
                                + (query == null ? "" : "?" + query));
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .headers(headers)
                        .method(
                                operation.method(),
                                operation.reads()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            boolean endless = operation.id().equals("stream") && answer.statusCode() == 200;
            return new Answer(
                    answer.statusCode(),
                    endless ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(operation.toString(), e);
        }
    }

    private Answer ask(Operation operation, Place place, String body, TokenText token)
            throws Exception {
        return ask(operation, place, body, "Authorization", "Bearer " + token.reveal());
    }

    @Test
    void everyOperationAnswersEverybodyAsItsRoleSays() throws Exception {
        List<Operation> operations = operations();
        List<String> wrong = new ArrayList<>();
        for (Persona persona : personas()) {
            TokenText token = issue(persona);
            for (Operation operation : operations) {
                for (Place place : List.of(own, other)) {
                    boolean ends = operation.id().equals("signOut");
                    String body = persona.small() ? "{}" : NO_BODY;
                    TokenText by = ends ? issue(persona) : token;
                    Answer answer = ask(operation, place, body, by);
                    String problem = problem(persona, operation, place, answer);
                    if (!problem.isEmpty()) {
                        wrong.add(
                                persona.name()
                                        + " "
                                        + operation.id()
                                        + " of "
                                        + place.name()
                                        + ": "
                                        + problem
                                        + ", but "
                                        + answer);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private String problem(Persona persona, Operation operation, Place place, Answer answer)
            throws Exception {
        if (persona.small() && answer.status() == 400) {
            return ""; // a few look at what is wished for before they ask for the token's scope
        }
        if (operation.role().startsWith("instance ")) {
            Role least = Role.of(operation.role().substring(9)).orElseThrow();
            boolean may =
                    persona.everywhere()
                            && persona.allowedIn(place).filter(r -> r.covers(least)).isPresent();
            return may ? passed(operation, place, answer) : expect(answer, 403);
        }
        if (operation.role().equals("nobody")) {
            return ""; // who comes to sign in is nobody yet; each of these has tests of its own
        }
        if (!operation.ofProject()) {
            return forAnybody(persona, operation, answer);
        }
        if (persona.in(place).isEmpty()) {
            return asIfThereWereNone(operation, place, answer);
        }
        Role least = Role.of(operation.role()).orElseThrow();
        return persona.allowedIn(place).filter(role -> role.covers(least)).isPresent()
                ? passed(operation, place, answer)
                : expect(answer, 403);
    }

    private String forAnybody(Persona persona, Operation operation, Answer answer) {
        if (answer.status() == 401 || answer.status() == 403) {
            return "may be asked by anybody";
        }
        boolean told = answer.body().contains("\"" + OTHER + "\"");
        return told && persona.in(other).isEmpty() && !operation.path().contains("{project}")
                ? "tells of the other project"
                : "";
    }

    private static String expect(Answer answer, int status) {
        return answer.status() == status ? "" : "should be " + status;
    }

    private static String passed(Operation operation, Place place, Answer answer) {
        if (answer.status() == 401
                || answer.status() == 403
                || answer.status() >= 500
                || answer.detail().equals(missing(place.name()))) {
            return "should be let through";
        }
        boolean found = answer.status() >= 200 && answer.status() < 300;
        return operation.reads() && !found && !MAY_BE_MISSING.contains(operation.id())
                ? "should be found"
                : "";
    }

    private static String missing(String project) {
        return Projects.missing(ProjectName.parse(project)).message();
    }

    /// What somebody hears who must not know of it is what is heard of what is not there.
    private String asIfThereWereNone(Operation operation, Place place, Answer answer)
            throws Exception {
        Place nowhere = new Place(0, UNKNOWN, 999_999_999_999L, new UUID(1, 1));
        Answer unknown = ask(operation, nowhere, NO_BODY, TokenText.of(slipway.token()));
        if (answer.status() != 404 || unknown.status() != 404) {
            return "should be 404";
        }
        String same =
                unknown.body()
                        .replace(nowhere.name(), place.name())
                        .replace("" + nowhere.job(), "" + place.job())
                        .replace("" + nowhere.delivery(), "" + place.delivery());
        return answer.body().equals(same) ? "" : "should read " + same;
    }

    @Test
    void nobodyWhoIsNotSignedInIsAnswered() throws Exception {
        for (Operation operation : operations()) {
            if (!operation.role().equals("nobody")) {
                Answer answer = ask(operation, own, NO_BODY, "Accept", "*/*");
                assertThat(answer.status()).as(operation.toString()).isEqualTo(401);
            }
        }
    }

    @Test
    void noChangeIsMadeByACookieThatAnotherSiteMakesTheBrowserSend() throws Exception {
        TokenText token = issue(new Persona("roles-browser", Role.ADMIN, true, ALL));
        TokenText[] session = new TokenText[1];
        slipway.change(
                tx ->
                        session[0] =
                                Tokens.session(
                                                tx,
                                                Access.authenticate(tx, token).orElseThrow(),
                                                new SessionLife(
                                                        Duration.ofHours(1), Duration.ofHours(1)))
                                        .orElseThrow());
        String cookie = "slipway_session=" + session[0].reveal();
        String self = "http://localhost:" + slipway.port();
        List<String[]> foreign =
                List.of(
                        new String[] {"Cookie", cookie},
                        new String[] {"Cookie", cookie, "Origin", "http://evil.example"},
                        new String[] {"Cookie", cookie, "Origin", "null"},
                        new String[] {"Cookie", cookie, "Sec-Fetch-Site", "cross-site"},
                        new String[] {
                            "Cookie", cookie, "Origin", self, "Sec-Fetch-Site", "same-site"
                        });
        for (Operation operation : operations()) {
            if (operation.reads() || operation.role().equals("nobody")) {
                continue;
            }
            for (String[] headers : foreign) {
                assertThat(ask(operation, own, NO_BODY, headers).status())
                        .as(operation + " with " + List.of(headers).subList(2, headers.length))
                        .isEqualTo(401);
            }
        }
        Operation restart =
                new Operation("POST", "/projects/{project}/apps/{app}/restart", "restart", "");
        Answer welcome = ask(restart, own, NO_BODY, "Cookie", cookie, "Origin", self);
        assertThat(welcome.status()).isEqualTo(404);
    }
}
