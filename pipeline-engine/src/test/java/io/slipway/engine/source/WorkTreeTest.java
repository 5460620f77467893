package io.slipway.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;

import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

final class WorkTreeTest {
    private static final long PROJECT = 7;

    @TempDir Path temp;
    private Repositories repositories;
    private Git git;

    @BeforeEach
    void repository() throws IOException {
        repositories = new Repositories(temp.resolve("repositories"));
        repositories.create(PROJECT);
        git = Git.init(Files.createDirectory(temp.resolve("source")));
    }

    private void push(String... refs) {
        String url = temp.resolve("repositories/7.git").toString();
        git.must(
                Stream.concat(Stream.of("push", "-q", url), Stream.of(refs))
                        .toArray(String[]::new));
    }

    private Git unpacked(String ref, CommitId commit) throws Exception {
        Path folder = Files.createTempDirectory(temp, "workspace");
        Process tar =
                new ProcessBuilder("tar", "-xf", "-", "-C", folder.toString())
                        .redirectErrorStream(true)
                        .start();
        int owner = (Integer) Files.getAttribute(folder, "unix:uid");
        try (OutputStream out = tar.getOutputStream()) {
            repositories
                    .workTree(PROJECT, ref, commit, "http://localhost:8080/hello.git")
                    .writeTar(out, owner);
        }
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(tar.waitFor()).isZero();
        return new Git(folder);
    }

    @Test
    void aWorkTreeIsCleanAndAtTheCommit() throws Exception {
        git.write("a.txt", "one\n").commit("First");
        git.write("bin/run.sh", "#!/bin/sh\n")
                .write("größe/ünï cödé.txt", "ü\n")
                .write("crlf.bat", "a\r\nb\r\n")
                .write(".gitattributes", "*.txt text eol=lf\n*.bat text eol=crlf\n*.png binary\n")
                .write("deep/" + "long-folder-name/".repeat(8) + "file", "x")
                .write(".gitignore", "target/\n");
        assertThat(git.folder().resolve("bin/run.sh").toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(git.folder().resolve("link"), Path.of("bin/run.sh"));
        Files.createSymbolicLink(git.folder().resolve("way-out"), Path.of("../../etc/passwd"));
        CommitId commit = git.commit("Second");
        git.must("tag", "v1");
        git.must("tag", "-a", "v2", "-m", "Two");
        git.must("tag", "old", "HEAD~1");
        push("main", "--tags");

        Git workspace = unpacked("refs/heads/main", commit);

        assertThat(workspace.must("status", "--porcelain")).isEmpty();
        assertThat(workspace.head()).isEqualTo(commit);
        assertThat(workspace.must("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
        assertThat(workspace.must("log", "--format=%s")).isEqualTo("Second");
        assertThat(workspace.must("tag", "--points-at", "HEAD")).isEqualTo("v1\nv2");
        assertThat(workspace.must("tag")).isEqualTo("v1\nv2");
        assertThat(workspace.must("describe")).isEqualTo("v2");
        assertThat(workspace.must("fsck", "--strict")).isEmpty();
        assertThat(workspace.must("config", "remote.origin.url"))
                .isEqualTo("http://localhost:8080/hello.git");
        assertThat(workspace.folder().resolve("bin/run.sh")).isExecutable();
        assertThat(workspace.folder().resolve("link")).isSymbolicLink().hasContent("#!/bin/sh\n");
        assertThat(workspace.folder().resolve("größe/ünï cödé.txt")).hasContent("ü\n");
        workspace.write("a.txt", "changed\n");
        assertThat(workspace.must("status", "--porcelain")).isEqualTo("M a.txt");
    }

    @Test
    void aFirstCommitAndATagHaveNoBranch() throws Exception {
        CommitId commit = git.write("a.txt", "one\n").commit("First");
        push("main");
        Git workspace = unpacked("refs/tags/v1", commit);
        assertThat(workspace.must("status", "--porcelain")).isEmpty();
        assertThat(workspace.must("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("HEAD");
        assertThat(workspace.folder().resolve(".git/shallow")).doesNotExist();
    }

    @Test
    void aMaliciousPathIsRefused() throws Exception {
        for (String name : List.of(".git", ".GIT", "git~1", "..", ".g\u200cit")) {
            CommitId commit = treeWith(name);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThatThrownBy(
                            () ->
                                    repositories
                                            .workTree(PROJECT, "refs/heads/main", commit, null)
                                            .writeTar(out, 0))
                    .as(name)
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("malicious");
        }
    }

    private CommitId treeWith(String name) throws IOException {
        try (Repository repository = repositories.open(PROJECT);
                ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId blob = inserter.insert(3, "x".getBytes(StandardCharsets.UTF_8));
            TreeFormatter tree = new TreeFormatter();
            tree.append(name, FileMode.REGULAR_FILE, blob);
            var commit = new org.eclipse.jgit.lib.CommitBuilder();
            commit.setTreeId(inserter.insert(tree));
            commit.setAuthor(new PersonIdent("Ada", "ada@example.com"));
            commit.setCommitter(commit.getAuthor());
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return new CommitId(id.name());
        }
    }

    @Test
    void aFolderOfACommitIsWrittenWithoutGit() throws Exception {
        git.write("app/Dockerfile", "FROM scratch\n").write("app/src/x.c", "x").write("b", "b");
        CommitId commit = git.commit("First");
        push("main");
        SourceFolder folder = repositories.sourceFolder(PROJECT, commit, "app");
        assertThat(folder.paths()).containsExactly("Dockerfile", "src/x.c");
        Path file = temp.resolve("context.tar");
        try (OutputStream out = Files.newOutputStream(file);
                TarStream tar = new TarStream(out, 0)) {
            folder.writeTo(tar, path -> !path.equals("Dockerfile"));
            tar.file("Dockerfile", "FROM busybox\n".getBytes(StandardCharsets.UTF_8), 1);
        }
        Process list = new ProcessBuilder("tar", "-tf", file.toString()).start();
        assertThat(new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("src/\nsrc/x.c\nDockerfile\n");
    }
}
