package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.Forge;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.forge.api.AppKey;
import io.slipway.engine.forge.api.GitHubApp;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.inbox.Arrival;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.inbox.Inbox;
import io.slipway.engine.inbox.Receipt;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// One hook for many projects: what is made on each forge, and for whom it speaks.
@ExtendWith(DatabaseExtension.class)
final class SharedHooksTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private GitServer server;
    private Git git;
    private Egress egress;
    private RemoteForges forges;
    private Remotes remotes;
    private Hooks hooks;
    private Connections connections;
    private Caller caller;
    private String team;

    SharedHooksTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() throws Exception {
        git = Git.init(Files.createDirectory(temp.resolve("there")));
        git.write("a", "1").commit("First");
        forge = new ScriptedForge();
        server = new GitServer(temp.resolve("there/.git"));
        egress = new Egress(EgressRules.parse(List.of(forge.origin(), server.origin())));
        forges = new RemoteForges(egress, app());
        SealingKey key = SealingKey.at(temp.resolve("key"));
        remotes = new Remotes(key);
        hooks = new Hooks(key);
        connections =
                new Connections(
                        database,
                        new Repositories(temp.resolve("repositories")),
                        remotes,
                        forges,
                        new ConnectionsTest.Doors(hooks, ""));
        caller = database.transaction(SharedHooksTest::caller);
        team = "s" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static Caller caller(Tx tx) {
        Principal ada = Principals.ensure(tx, "ada", Principal.Kind.OPERATOR);
        Tokens.Grant grant = new Tokens.Grant("test", Set.of(Right.values()), null, null);
        return Access.authenticate(tx, Tokens.issue(tx, ada, grant)).orElseThrow();
    }

    private GitHubApp app() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        Path file =
                Files.writeString(
                        temp.resolve("app.pem"),
                        "-----BEGIN PRIVATE KEY-----\n"
                                + Base64.getMimeEncoder().encodeToString(key)
                                + "\n-----END PRIVATE KEY-----\n");
        return new GitHubApp(egress, EgressUrl.parse(forge.origin()), "12345", AppKey.read(file));
    }

    @AfterEach
    void stop() {
        egress.close();
        server.close();
        forge.close();
    }

    private Connections.Wish wish(ForgeKind kind, boolean byApp, String organisation) {
        return new Connections.Wish(
                kind,
                EgressUrl.parse(forge.origin()),
                byApp ? null : Secret.of("word"),
                byApp,
                List.of(),
                true,
                organisation,
                false,
                List.of(),
                Duration.ofMinutes(5));
    }

    /// A repository as all of these forges tell it.
    private String json(int id, String owner, String name) {
        String path = owner + "/" + name;
        String clone = server.origin() + "/team/shop.git";
        return "{\"id\":%d,\"full_name\":\"%2$s\",\"path_with_namespace\":\"%2$s\",\"clone_url\":\"%3$s\",\"http_url_to_repo\":\"%3$s\",\"default_branch\":\"main\"}"
                .formatted(id, path, clone);
    }

    private String three() {
        return json(1, team, "shop") + "," + json(2, team, "cart") + "," + json(3, "x" + team, "b");
    }

    private static Arrival push(Hook hook, String repository) throws Exception {
        CommitId commit = new CommitId("1".repeat(40));
        return arrival(
                hook, repository, new ForgeEvent.BranchPushed("refs/heads/main", null, commit, ""));
    }

    private static Arrival arrival(Hook hook, String repository, ForgeEvent event)
            throws Exception {
        byte[] body = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        return new Arrival(
                hook,
                UUID.randomUUID().toString(),
                Map.of(),
                body,
                body.length,
                MessageDigest.getInstance("SHA-256").digest(body),
                new Forge.Reading(repository, "push", Sender.UNKNOWN, List.of(event)));
    }

    private Hook shared() {
        String address =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select distinct h.public_id
                                        from hooks h join hook_repositories r on r.hook_id = h.id
                                            join projects p on p.id = r.project_id
                                        where p.name like ?
                                        """,
                                        row -> row.text("public_id"),
                                        team + "/%"));
        return database.read(tx -> hooks.find(tx, address)).orElseThrow();
    }

    /// A delivery's project.
    private String taken(Inbox inbox, Hook hook, String repository) throws Exception {
        Receipt receipt = inbox.take(push(hook, repository));
        if (!(receipt instanceof Receipt.Accepted accepted)) {
            return receipt.getClass().getSimpleName();
        }
        return database.read(
                tx ->
                        tx.one(
                                """
                                select p.name from webhook_deliveries d
                                    join projects p on p.id = d.project_id
                                where d.id = ?
                                """,
                                row -> row.text("name"),
                                accepted.delivery()));
    }

    @ParameterizedTest
    @CsvSource({
        "GITEA, /api/v1/user/repos, /api/v1/orgs/%s/hooks",
        "GITHUB, /api/v3/user/repos, /api/v3/orgs/%s/hooks",
        "GITLAB, /api/v4/projects, /api/v4/groups/%s/hooks"
    })
    void theHookOfAnOrganisationSpeaksForWhatWasConnectedThroughIt(
            ForgeKind kind, String list, String made) throws Exception {
        forge.at("GET " + list, 200, Map.of(), "[" + three() + "]");
        List<Connections.Connected> all = connections.connect(caller, wish(kind, false, team));
        assertThat(all).hasSize(2).allMatch(one -> one.told() && one.hook() == null);
        connections.connect(caller, wish(kind, false, team));
        assertThat(forge.asked().stream().filter(one -> one.startsWith("POST ")))
                .as("one hook on the forge, however often")
                .singleElement()
                .asString()
                .startsWith("POST " + made.formatted(team) + "\n");
        Hook hook = shared();
        assertThat(hook.projectId()).as("one row for many projects").isNull();
        Inbox inbox = new Inbox(database, () -> {});
        assertThat(taken(inbox, hook, "1")).isEqualTo(team + "/shop");
        assertThat(taken(inbox, hook, "2")).isEqualTo(team + "/cart");
        assertThat(taken(inbox, hook, "3")).as("it was not connected").isEqualTo("Foreign");
        assertThat(taken(inbox, hook, "")).isEqualTo("Foreign");
        assertThat(inbox.take(arrival(hook, "", new ForgeEvent.Ping())))
                .isEqualTo(new Receipt.Answered());
        Hook other =
                database.transaction(
                        tx ->
                                hooks.create(
                                        tx,
                                        new Hooks.Wanted(kind, null, "", ""),
                                        Hooks.freshSecret(kind),
                                        caller));
        assertThat(taken(inbox, other, "1")).as("through another row").isEqualTo("Foreign");
    }

    private void installed() {
        String api = " /api/v3/";
        forge.at("GET" + api + "app/installations", 200, Map.of(), "[{\"id\":9}]");
        String found = "{\"total_count\":2,\"repositories\":[%s,%s]}";
        String listed = found.formatted(json(1, team, "shop"), json(2, team, "cart"));
        forge.at("GET" + api + "installation/repositories", 200, Map.of(), listed);
        String repository = "GET" + api + "repos/" + team + "/shop";
        forge.at(repository, 200, Map.of(), json(1, team, "shop"));
        forge.at(repository + "/installation", 200, Map.of(), "{\"id\":9}");
        forge.at(
                "POST" + api + "app/installations/9/access_tokens",
                201,
                Map.of(),
                "{\"token\":\"ghs_one\",\"expires_at\":\"%s\"}"
                        .formatted(Instant.now().plus(Duration.ofHours(1))));
        forge.at("GET" + api + "app/hook/config", 200, Map.of(), "{}");
        forge.at("PATCH" + api + "app/hook/config", 200, Map.of(), "{}");
        forge.guard(repository, word -> word.equals("Bearer ghs_one"));
    }

    @Test
    void anAppIsOneHookForAllAndNoTokenIsKept() throws Exception {
        installed();
        Connections.Wish all = wish(ForgeKind.GITHUB, true, "");
        assertThat(connections.offered(caller, all)).hasSize(2);
        assertThat(connections.connect(caller, all)).hasSize(2).allMatch(one -> one.told());
        connections.connect(caller, all);
        assertThat(forge.asked().stream().filter(one -> one.startsWith("PATCH ")))
                .as("its webhook is entered once")
                .hasSize(1);
        Inbox inbox = new Inbox(database, () -> {});
        assertThat(taken(inbox, shared(), "2")).isEqualTo(team + "/cart");
        assertThat(taken(inbox, shared(), "3")).isEqualTo("Foreign");
        Remote remote = remote();
        assertThat(remote.byApp()).isTrue();
        assertThat(remote.token()).isNull();
        Fetches fetches =
                new Fetches(
                        database,
                        new Repositories(temp.resolve("repositories")),
                        forges,
                        Fetches.Size.STANDARD,
                        UUID.randomUUID());
        fetches.fetch(remote, List.of("refs/heads/main"));
        String word =
                Base64.getEncoder()
                        .encodeToString(
                                "x-access-token:ghs_one".getBytes(StandardCharsets.US_ASCII));
        assertThat(server.asked())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).endsWith(" Basic " + word));
    }

    private Remote remote() {
        return database.read(
                tx ->
                        remotes.get(
                                tx,
                                tx.one(
                                        "select id from projects where name = ?",
                                        row -> row.number("id"),
                                        team + "/shop")));
    }

    @Test
    void theForgeIsToldByTheAppsToken() throws Exception {
        installed();
        database.change(tx -> tx.update("delete from project_remotes"));
        connections.connect(caller, wish(ForgeKind.GITHUB, true, ""));
        String commit = git.head().hex();
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into runs (project_id, number, trigger, ref, commit)
                                values (?, 1, 'push', 'refs/heads/main', ?)
                                """,
                                remote().projectId(),
                                commit));
        String states = "POST /api/v3/repos/" + team + "/shop/statuses/" + commit + "\n";
        try (Answers answers =
                new Answers(database, remotes, forges, "https://slipway.example.com")) {
            await().atMost(LONG)
                    .until(() -> forge.asked().stream().anyMatch(one -> one.startsWith(states)));
        }
        assertThat(forge.asked().stream().filter(one -> one.startsWith(states)))
                .allMatch(one -> one.contains("\nauthorization: Bearer ghs_one\n"));
    }

    @Test
    void whatTheAppMayReadIsConnectedByWhoeverOperatesTheInstance() {
        installed();
        Caller developer =
                new Caller(
                        new Principal(caller.principal().id(), "bob", Principal.Kind.PERSON),
                        1,
                        EnumSet.allOf(Right.class),
                        null,
                        null,
                        Roles.everywhere(Role.DEVELOPER));
        Connections.Wish all = wish(ForgeKind.GITHUB, true, "");
        assertThatThrownBy(() -> connections.offered(developer, all))
                .hasMessageContaining("it may read repositories that you may not");
        assertThatThrownBy(() -> connections.connect(developer, all))
                .hasMessageContaining("it may read repositories that you may not");
        assertThat(forge.asked()).isEmpty();
    }
}
