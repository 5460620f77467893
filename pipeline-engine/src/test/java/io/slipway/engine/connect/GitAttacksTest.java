package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.remote.DeployKey;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// What lies in a repository, and how its refs are called, is hostile.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class GitAttacksTest {
    private static final long PROJECT = 3;
    private static final String TOKEN = "glpat-this-is-nobodys-business";

    @TempDir Path temp;
    private final Database database;
    private Repositories repositories;
    private Git git;

    GitAttacksTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void repository() throws IOException {
        repositories = new Repositories(temp.resolve("repositories"));
        repositories.create(PROJECT);
        git = Git.init(Files.createDirectory(temp.resolve("there")));
        git.write("a", "1").commit("First");
    }

    private CommitId pushed() {
        git.must(
                "push",
                "-q",
                "-f",
                temp.resolve("repositories/" + PROJECT + ".git").toString(),
                "HEAD:refs/heads/main");
        return new CommitId(git.must("rev-parse", "HEAD").strip());
    }

    /// A-GIT-2: what is an option or an expression to git is no ref; a commit is whole or none.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--output=/x",
                "-h",
                "HEAD",
                "HEAD^{/x}",
                "@{u}",
                "@",
                "a..b",
                "main",
                "refs/heads/--output=/x",
                "refs/heads/-h",
                "refs/heads/HEAD^{/x}",
                "refs/heads/@{u}",
                "refs/heads/a..b",
                "refs/heads/a.lock",
                "refs/heads/a.lock/b",
                "refs/heads/.a",
                "refs/heads/a/.b",
                "refs/heads/a.",
                "refs/heads//a",
                "refs/heads/a//b",
                "refs/heads/a/",
                "refs/heads/",
                "refs/heads/a b",
                "refs/heads/a~1",
                "refs/heads/a^",
                "refs/heads/a:b",
                "refs/heads/a?",
                "refs/heads/a*",
                "refs/heads/a[b",
                "refs/heads/a\\b",
                "refs/heads/a\0b",
                "refs/heads/a\nb",
                "refs/heads/a\u007f",
                "refs/slipway/runs/1",
                "refs/pull/1/head",
                "refs/notes/x"
            })
    void hostileNamesAreNoRefs(String name) {
        assertThat(Refs.valid(name)).isFalse();
        assertThatThrownBy(() -> new CommitId(name)).isInstanceOf(RuntimeException.class);
    }

    /// A-GIT-2
    @Test
    void refsAreOfABearableLengthAndCommitsWhole() {
        assertThat(Refs.valid("refs/heads/" + "a".repeat(4096))).isFalse();
        assertThat(Refs.valid("refs/heads/release/1.x")).isTrue();
        assertThat(Refs.valid("refs/tags/v1.0-rc.1")).isTrue();
        for (String id : List.of("2222222", "2".repeat(39), "2".repeat(41), "G".repeat(40))) {
            assertThatThrownBy(() -> new CommitId(id)).isInstanceOf(RuntimeException.class);
        }
    }

    private void refused(String why) {
        Definition read = Definition.in(repositories.tree(PROJECT, pushed()));
        assertThat(read.pipeline()).isNull();
        assertThat(read.problems().toString()).contains(why);
    }

    /// A-GIT-3
    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../../x", ".git/config", "a", "real.yml"})
    void aLinkIsNoPipelineFile(String target) throws IOException {
        git.write("real.yml", "apps: {}\n");
        Files.createSymbolicLink(temp.resolve("there/.slipway.yml"), Path.of(target));
        git.commit("A link");
        refused("not a regular file");
    }

    /// A-GIT-3
    @Test
    void aSubmoduleAndAFolderAreNoPipelineFile() {
        git.must(
                "update-index",
                "--add",
                "--cacheinfo",
                "160000," + git.must("rev-parse", "HEAD").strip() + ",.slipway.yml");
        git.must("commit", "-q", "-m", "A submodule");
        refused("not a regular file");
        git.must("rm", "-q", "--cached", ".slipway.yml");
        git.write(".slipway.yml/x", "apps: {}\n").commit("A folder");
        refused("not a regular file");
    }

    /// A-GIT-3
    @Test
    void aLargeFileAndAPointerAreRefused() throws IOException {
        git.write(
                        ".slipway.yml",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:"
                                + "0".repeat(64)
                                + "\nsize 12345\n")
                .commit("A pointer");
        Definition pointer = Definition.in(repositories.tree(PROJECT, pushed()));
        assertThat(pointer.problems()).isNotEmpty();
        Files.write(temp.resolve("there/.slipway.yml"), new byte[(256 << 10) + 1]);
        git.commit("Large");
        refused("larger than 256 KiB");
    }

    /// A-GIT-7: what fetched the commits is nowhere in what a job is given.
    @Test
    void noCredentialReachesAWorkspace() throws Exception {
        DeployKey deploy = DeployKey.fresh();
        CommitId head = new CommitId(git.must("rev-parse", "HEAD").strip());
        try (GitServer server = new GitServer(temp.resolve("there/.git"));
                Egress egress = new Egress(EgressRules.parse(List.of(server.origin())))) {
            EgressUrl url = EgressUrl.parse(server.origin() + "/team/shop.git");
            Remote remote =
                    new Remote(
                            PROJECT,
                            ForgeKind.GENERIC,
                            url,
                            url,
                            "team/shop",
                            "1",
                            Secret.of(TOKEN),
                            "",
                            deploy,
                            Duration.ofMinutes(5));
            new Fetches(
                            database,
                            repositories,
                            new RemoteForges(egress),
                            Fetches.Size.STANDARD,
                            UUID.randomUUID())
                    .fetch(remote, List.of("refs/heads/main"));
        }
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        repositories
                .workTree(PROJECT, "refs/heads/main", head, "http://localhost:8080/team/shop.git")
                .writeTar(tar, 0);
        StringBuilder all = new StringBuilder(tar.toString(StandardCharsets.ISO_8859_1));
        try (var files = Files.walk(temp.resolve("repositories"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(all)
                .contains("http://localhost:8080/team/shop.git")
                .doesNotContain(TOKEN)
                .doesNotContain("oauth2")
                .doesNotContain("b2F1dGgyO")
                .doesNotContain("Authorization")
                .doesNotContain("credential")
                .doesNotContain("OPENSSH");
    }
}
