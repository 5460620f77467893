package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// What connecting makes, here and on the forge.
@ExtendWith(DatabaseExtension.class)
final class ConnectionsTest {
    private static final String HOOKS = "POST /api/v1/orgs/%s/hooks";

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private Egress egress;
    private Connections connections;
    private Caller caller;
    private String team;

    ConnectionsTest(Database database) {
        this.database = database;
    }

    /// The hooks of the inbox.
    ///
    /// @param unreachable what is said of every forge
    record Doors(Hooks hooks, String unreachable) implements HookMaker {
        @Override
        public String unreachable(EgressUrl forge, List<InetAddress> at) {
            assertThat(at).extracting(InetAddress::getHostAddress).containsExactly("127.0.0.1");
            return unreachable;
        }

        @Override
        public Made make(Tx tx, long project, ForgeKind forge, String repository, Caller by) {
            return made(
                    hooks.create(
                            tx,
                            new Hooks.Wanted(forge, project, repository, ""),
                            Hooks.freshSecret(forge),
                            by));
        }

        private static Made made(Hook hook) {
            return new Made(
                    "https://slipway.example.com/webhooks/" + hook.address(), hook.secret());
        }

        @Override
        public boolean isThere(Tx tx, long project) {
            return !Hooks.of(tx, project).isEmpty();
        }

        @Override
        public Shared organisation(
                Tx tx, ForgeKind forge, EgressUrl base, String organisation, Caller by) {
            Hooks.Shared shared = hooks.organisation(tx, forge, base.toString(), organisation, by);
            return new Shared(
                    shared.hook().id(), made(shared.hook()), shared.fresh(), shared.entered());
        }

        @Override
        public void connect(Tx tx, Shared shared, String repository, long project) {
            Hooks.connect(tx, shared.id(), repository, project);
        }

        @Override
        public void entered(Tx tx, Shared shared) {
            Hooks.entered(tx, shared.id());
        }
    }

    @BeforeEach
    void start() throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
        connections = connections("");
        caller = database.transaction(ConnectionsTest::caller);
        team = "t" + UUID.randomUUID().toString().substring(0, 8);
        repository(1, team, "shop");
        repository(2, team, "cart");
        forge.at(
                "GET /api/v1/user/repos",
                200,
                Map.of(),
                "["
                        + json(1, team, "shop")
                        + ","
                        + json(2, team, "cart")
                        + ","
                        + json(3, "x" + team, "other")
                        + "]");
    }

    private Connections connections(String unreachable) throws IOException {
        SealingKey key = SealingKey.at(temp.resolve("key"));
        return new Connections(
                database,
                new Repositories(temp.resolve("repositories")),
                new Remotes(key),
                new RemoteForges(egress),
                new Doors(new Hooks(key), unreachable));
    }

    private static Caller caller(Tx tx) {
        Principal ada = Principals.ensure(tx, "ada", Principal.Kind.OPERATOR);
        Tokens.Grant grant = new Tokens.Grant("test", Set.of(Right.values()), null, null);
        return Access.authenticate(tx, Tokens.issue(tx, ada, grant)).orElseThrow();
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private void repository(int id, String owner, String name) {
        String path = "GET /api/v1/repos/" + owner + "/" + name;
        forge.at(path, 200, Map.of(), json(id, owner, name));
    }

    private String json(int id, String owner, String name) {
        return "{\"id\":%d,\"full_name\":\"%2$s/%3$s\",\"clone_url\":\"%4$s/%2$s/%3$s.git\",\"default_branch\":\"main\"}"
                .formatted(id, owner, name, forge.origin());
    }

    private Connections.Wish wish(String organisation, String... names) {
        return new Connections.Wish(
                ForgeKind.GITEA,
                EgressUrl.parse(forge.origin()),
                Secret.of("word"),
                false,
                List.of(names),
                names.length == 0,
                organisation,
                false,
                List.of(),
                Duration.ofMinutes(5));
    }

    private List<String> spoken() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select r.repository_id || ' ' || p.name as s
                                from hook_repositories r join projects p on p.id = r.project_id
                                where p.name like ? order by 1
                                """,
                                row -> row.text("s"),
                                team + "/%"));
    }

    private long posted() {
        return forge.asked().stream().filter(one -> one.startsWith(HOOKS.formatted(team))).count();
    }

    @Test
    void oneHookOfAnOrganisationSpeaksForWhatIsConnectedThroughIt() {
        List<Connections.Connected> all = connections.connect(caller, wish(team));
        assertThat(all.stream().map(Connections.Connected::repository))
                .containsExactly(team + "/shop", team + "/cart");
        assertThat(all).allMatch(one -> one.told() && one.hook() == null);
        assertThat(spoken()).containsExactly("1 " + team + "/shop", "2 " + team + "/cart");
        repository(4, team, "later");
        connections.connect(caller, wish(team, team + "/later"));
        assertThat(spoken()).hasSize(3);
        assertThat(posted()).as("the forge is given one hook").isEqualTo(1);
    }

    @Test
    void itsSecretIsShownOnceAndOnlyWhereTheForgeDoesNotTakeIt() {
        forge.at(HOOKS.formatted(team), 403, Map.of(), "{\"message\":\"no\"}");
        Connections.Connected first =
                connections.connect(caller, wish(team, team + "/shop")).getFirst();
        assertThat(first.told()).isFalse();
        assertThat(first.why()).startsWith("status 403");
        assertThat(first.hook()).isNotNull();
        Connections.Connected second =
                connections.connect(caller, wish(team, team + "/cart")).getFirst();
        assertThat(second.told()).isFalse();
        assertThat(second.hook()).isNull();
        forge.at(HOOKS.formatted(team), 201, Map.of(), "{}");
        assertThat(connections.connect(caller, wish(team, team + "/cart")).getFirst().told())
                .as("with a token that may")
                .isTrue();
    }

    @Test
    void whatIsOfSomebodyElseIsNotConnectedThroughIt() {
        repository(3, "x" + team, "other");
        assertThatThrownBy(() -> connections.connect(caller, wish(team, "x" + team + "/other")))
                .hasMessageContaining("it is not its repository");
        assertThatThrownBy(() -> connections.connect(caller, wish(team + "x")))
                .hasMessageContaining("there is no repository");
        assertThat(spoken()).isEmpty();
    }

    @Test
    void aRepositoryThatWasRenamedKeepsItsProject() {
        connections.connect(caller, wish("", team + "/shop"));
        repository(1, team, "store");
        Connections.Connected again =
                connections.connect(caller, wish("", team + "/store")).getFirst();
        assertThat(again.made()).isFalse();
        assertThat(again.project().name().toString()).isEqualTo(team + "/shop");
        String now =
                database.read(
                        tx ->
                                tx.one(
                                        "select repository || ' ' || clone_url as s from"
                                                + " project_remotes where project_id = ?",
                                        row -> row.text("s"),
                                        again.project().id()));
        assertThat(now).isEqualTo(team + "/store " + forge.origin() + "/" + team + "/store.git");
    }

    /// The project follows all the same, by being compared, and gets its hook once it can be told.
    @Test
    void whereTheForgeCannotSendNoHookIsMade() throws IOException {
        for (String organisation : List.of("", team)) {
            Connections.Connected one =
                    connections("it cannot reach http://localhost:8080")
                            .connect(caller, wish(organisation, team + "/shop"))
                            .getFirst();
            assertThat(one.told()).isFalse();
            assertThat(one.hook()).isNull();
            assertThat(one.why()).isEqualTo("it cannot reach http://localhost:8080");
        }
        assertThat(forge.asked()).noneMatch(asked -> asked.startsWith("POST "));
        assertThat(spoken()).isEmpty();
        assertThat(connections.connect(caller, wish("", team + "/shop")).getFirst().told())
                .as("under another address")
                .isTrue();
    }

    /// Killed after the project was there and before it had a hook.
    @Test
    void connectingAgainMakesTheHookThatIsMissing() {
        connections.connect(caller, wish("", team + "/shop"));
        database.change(
                tx ->
                        tx.update(
                                """
                                delete from hooks where project_id = (
                                    select id from projects where name = ?)
                                """,
                                team + "/shop"));
        Connections.Connected again =
                connections.connect(caller, wish("", team + "/shop")).getFirst();
        assertThat(again.made()).isFalse();
        assertThat(again.told()).isTrue();
        assertThat(spoken()).containsExactly("1 " + team + "/shop");
        long before = forge.asked().stream().filter(one -> one.startsWith("POST ")).count();
        connections.connect(caller, wish("", team + "/shop"));
        assertThat(forge.asked().stream().filter(one -> one.startsWith("POST ")).count())
                .as("and none beside it")
                .isEqualTo(before);
    }
}
