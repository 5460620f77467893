package io.slipway.engine.secret;

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
import io.slipway.engine.project.AppName;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.secret.ConfigurationChanges.Change;
import io.slipway.engine.secret.ConfigurationChanges.Scope;
import io.slipway.fault.Fault;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

@ExtendWith(DatabaseExtension.class)
final class ConfigurationTest {
    private static final Wanted NOTHING = new Wanted(Map.of(), Map.of(), null);

    private final Database database;
    private final List<Change> followed = new ArrayList<>();
    @TempDir private Path folder;
    private Configuration configuration;
    private ConfigurationChanges changes;
    private Project project;
    private Caller caller;

    ConfigurationTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void freshProject() {
        SealingKey key = SealingKey.at(folder.resolve("key"));
        configuration = new Configuration(key);
        changes = new ConfigurationChanges(key, (tx, change) -> followed.add(change));
        String name = "p" + UUID.randomUUID().toString().substring(0, 8);
        project =
                database.transaction(tx -> Projects.create(tx, ProjectName.parse(name), null))
                        .project();
        caller = caller(EnumSet.allOf(Right.class));
    }

    private Caller caller(Set<Right> scopes) {
        return database.transaction(
                tx -> {
                    Principal ada = Principals.ensure(tx, "ada", Principal.Kind.OPERATOR);
                    return Access.authenticate(
                                    tx,
                                    Tokens.issue(
                                            tx, ada, new Tokens.Grant("t", scopes, null, null)))
                            .orElseThrow();
                });
    }

    private Scope scope(@Nullable String app) {
        return new Scope(project, app == null ? null : AppName.parse(app));
    }

    private Optional<Change> set(@Nullable String app, Map<String, String> values) {
        return database.transaction(tx -> changes.set(tx, caller, scope(app), values));
    }

    private Optional<Change> setSecret(@Nullable String app, String name, String value) {
        return database.transaction(
                tx -> changes.setSecret(tx, caller, scope(app), name, Secret.of(value)));
    }

    private Optional<Change> unset(@Nullable String app, String... names) {
        return database.transaction(tx -> changes.unset(tx, caller, scope(app), List.of(names)));
    }

    private Resolved resolve(String app, Wanted wanted) {
        return database.read(tx -> configuration.resolve(tx, project.id(), app, wanted));
    }

    @Test
    void whatIsSetWinsOverTheFileTheAppOverTheProjectAndPortOverBoth() {
        set(null, Map.of("A", "project", "B", "project", "PORT", "1"));
        set("web", Map.of("B", "web"));
        set("worker", Map.of("B", "worker"));
        Wanted wanted = new Wanted(Map.of("A", "file", "C", "file"), Map.of(), 8080);
        assertThat(resolve("web", wanted).env())
                .isEqualTo(Map.of("A", "project", "B", "web", "C", "file", "PORT", "8080"));
        assertThat(resolve("other", NOTHING).env())
                .isEqualTo(Map.of("A", "project", "B", "project", "PORT", "1"));
    }

    @Test
    void aSecretReachesTheAppAndIsSeenNowhereElse() {
        setSecret("web", "DATABASE_URL", "postgres://geheim");
        Wanted wanted =
                new Wanted(
                        Map.of("DATABASE_URL", "from the file"),
                        Map.of("DATABASE_URL", "DATABASE_URL", "URL_TOO", "DATABASE_URL"),
                        null);
        Resolved resolved = resolve("web", wanted);
        assertThat(resolved.secrets().keySet())
                .containsExactlyInAnyOrder("DATABASE_URL", "URL_TOO");
        assertThat(resolved.env()).isEmpty();
        assertThat(resolved.revealed()).containsEntry("URL_TOO", "postgres://geheim");
        assertThat(resolved.toString()).doesNotContain("geheim");
        assertThat(database.read(tx -> configuration.list(tx, project.id())).toString())
                .contains("DATABASE_URL")
                .doesNotContain("geheim");
        assertThat(followed.toString()).doesNotContain("geheim");
        for (String table : List.of("config_values", "audit")) {
            assertThat(everything(table)).doesNotContain("geheim").doesNotContain(hex("geheim"));
        }
    }

    private String everything(String table) {
        String sql =
                table.equals("audit")
                        ? "select string_agg(t::text, ' ') as text from audit t"
                        : "select string_agg(t::text, ' ') as text from config_values t";
        return database.read(tx -> tx.one(sql, row -> row.text("text")));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSecretWithoutAValueIsNamed() {
        setSecret(null, "THERE", "a value");
        Wanted wanted =
                new Wanted(
                        Map.of("GONE", "what the file says does not count"),
                        Map.of("THERE", "THERE", "GONE", "GONE", "X", "ALSO_GONE"),
                        null);
        assertThat(resolve("web", wanted).missing()).containsExactly("ALSO_GONE", "GONE");
        unset(null, "THERE");
        assertThat(resolve("web", wanted).missing()).containsExactly("ALSO_GONE", "GONE", "THERE");
    }

    @Test
    void eachChangeIsOneVersionAndEarlierVersionsStayReadable() {
        assertThat(resolve("web", NOTHING).version()).isZero();
        assertThat(set(null, Map.of("A", "1", "B", "1")).orElseThrow().version()).isEqualTo(1);
        assertThat(set("web", Map.of("A", "2")).orElseThrow().version()).isEqualTo(2);
        assertThat(unset("web", "A").orElseThrow().version()).isEqualTo(3);
        assertThat(at(1)).isEqualTo(Map.of("A", "1", "B", "1"));
        assertThat(at(2)).isEqualTo(Map.of("A", "2", "B", "1"));
        assertThat(at(3)).isEqualTo(Map.of("A", "1", "B", "1"));
    }

    private Map<String, String> at(int version) {
        return database.read(tx -> configuration.resolve(tx, project.id(), "web", NOTHING, version))
                .env();
    }

    @Test
    void aChangeIsFollowedOnceAndWhatChangesNothingIsNot() {
        Change change = set("web", Map.of("LOG_LEVEL", "debug")).orElseThrow();
        assertThat(change.cause()).isEqualTo("config set LOG_LEVEL");
        assertThat(change.app()).isEqualTo(AppName.parse("web"));
        assertThat(set("web", Map.of("LOG_LEVEL", "debug"))).isEmpty();
        assertThat(unset("web", "NEVER_SET")).isEmpty();
        assertThat(setSecret("web", "TOKEN_A", "abcdef")).isPresent();
        assertThat(setSecret("web", "TOKEN_A", "abcdef")).isEmpty();
        assertThat(unset("web", "LOG_LEVEL", "NEVER_SET").orElseThrow().cause())
                .isEqualTo("config unset LOG_LEVEL");
        assertThat(followed).extracting(Change::version).containsExactly(1, 2, 3);
    }

    @Test
    void aChangeThatCannotBeFollowedIsNotMade() {
        ConfigurationChanges refusing =
                new ConfigurationChanges(
                        SealingKey.at(folder.resolve("key")),
                        (tx, change) -> {
                            throw new IllegalStateException("no");
                        });
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx ->
                                                refusing.set(
                                                        tx, caller, scope(null), Map.of("A", "1"))))
                .hasMessage("no");
        assertThat(resolve("web", NOTHING).version()).isZero();
    }

    @Test
    void whatCannotBeTakenIsRefusedWithItsReason() {
        refused(() -> set(null, Map.of("9A", "x")), "it is no name of a variable");
        refused(() -> set(null, Map.of("A-B", "x")), "it is no name of a variable");
        refused(() -> set(null, Map.of("A=B", "x")), "it is no name of a variable");
        refused(() -> setSecret(null, "lower", "abcdef"), "it is no name of a variable");
        refused(() -> set(null, Map.of("SLIPWAY_X", "x")), "are Slipway's own");
        refused(() -> set(null, Map.of("A", "x\0y")), "holds a NUL character");
        refused(() -> set(null, Map.of("A", "x".repeat(65_537))), "more than 65536");
        refused(() -> setSecret(null, "SHORT", "12345"), "at least 6 characters");
        setSecret(null, "HIDDEN", "abcdef");
        refused(() -> set(null, Map.of("HIDDEN", "seen")), "it is secret, and would become");
        assertThat(followed).hasSize(1);
    }

    private static void refused(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(Fault.class).hasMessageContaining(why);
    }

    @Test
    void whoMayNotConfigureChangesNothing() {
        caller = caller(Set.of(Right.READ, Right.PUSH));
        assertThatThrownBy(() -> set(null, Map.of("A", "1")))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION));
        assertThat(resolve("web", NOTHING).version()).isZero();
    }

    @Test
    void aSecretThatWasSealedWithAnotherKeySaysSo() {
        setSecret(null, "LOST", "abcdef");
        Configuration other = new Configuration(SealingKey.at(folder.resolve("another")));
        assertThatThrownBy(
                        () ->
                                database.read(
                                        (Tx tx) -> other.resolve(tx, project.id(), "web", NOTHING)))
                .hasMessage("cannot read the secret LOST: it was encrypted with another key");
    }

    @Test
    void twoProjectsHaveVersionsOfTheirOwn() {
        set(null, Map.of("A", "1"));
        freshProject();
        assertThat(set(null, Map.of("A", "1")).orElseThrow().version()).isEqualTo(1);
        assertThat(resolve("web", NOTHING).env()).isEqualTo(Map.of("A", "1"));
    }
}
