package io.slipway.engine.working;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The real git client says what a commit of everything would hold.
final class WorkingTreeTest {
    private static final long PROJECT = 3;

    @TempDir Path temp;
    private Repositories repositories;
    private Git git;

    @BeforeEach
    void repository() throws IOException {
        repositories = new Repositories(temp.resolve("repositories"));
        repositories.create(PROJECT);
        git = Git.init(Files.createDirectory(temp.resolve("source")));
    }

    private WorkingTree.Taken taken(Path folder) {
        Map<String, String> nobody =
                Map.of("HOME", temp.resolve("home").toString(), "GIT_CONFIG_GLOBAL", "/dev/null");
        return WorkingTree.at(folder, nobody).into(repositories, PROJECT);
    }

    private String inStore(String... words) {
        Git store = new Git(temp.resolve("repositories/" + PROJECT + ".git"));
        return store.must(words).replaceFirst("^warning: core.fsyncObjectFiles is .*\n", "");
    }

    private String treeOf(CommitId commit) {
        return inStore("rev-parse", commit.hex() + "^{tree}");
    }

    /// What git itself would commit, asked last: it writes into the repository.
    private String gitsTree() {
        git.must("add", "--all");
        return git.must("write-tree");
    }

    @Test
    void aCleanTreeIsTheCommitThatIsCheckedOutWithItsTags() {
        git.write("a.txt", "one\n").commit("First");
        git.must("tag", "old");
        CommitId head = git.write("a.txt", "two\n").commit("Second");
        git.must("tag", "v1");
        git.must("tag", "-a", "v2", "-m", "Two");

        assertThat(taken(git.folder())).isEqualTo(new WorkingTree.Taken(head, head, 0));
        assertThat(inStore("tag", "--list")).isEqualTo("v1\nv2");
        assertThat(inStore("cat-file", "-t", "v2")).isEqualTo("tag");
    }

    @Test
    void whatIsNotCommittedIsTakenAsGitWouldTakeIt() throws IOException {
        git.write("kept.txt", "kept\n")
                .write("changed.txt", "one\n")
                .write("deleted.txt", "gone\n")
                .write("becomes-folder", "file\n")
                .write("folder/becomes-file", "x\n")
                .write("tracked-though-ignored.log", "log\n")
                .write("staged.txt", "one\n")
                .commit("First");
        git.write(".gitignore", "*.log\ntarget/\n!keep.log\n")
                .write("deep/.gitignore", "secret\n")
                .write(".gitattributes", "*.txt text eol=lf\n")
                .write("changed.txt", "one\r\ntwo\r\n")
                .write("tracked-though-ignored.log", "more\n")
                .write("new.log", "ignored\n")
                .write("keep.log", "not ignored\n")
                .write("target/out", "ignored\n")
                .write("deep/secret", "ignored\n")
                .write("deep/größe ü", "untracked\n")
                .write("staged.txt", "two\n");
        git.must("add", "staged.txt");
        git.write("staged.txt", "three\n");
        Files.delete(git.folder().resolve("deleted.txt"));
        Files.delete(git.folder().resolve("becomes-folder"));
        git.write("becomes-folder/file", "x\n");
        Files.delete(git.folder().resolve("folder/becomes-file"));
        Files.delete(git.folder().resolve("folder"));
        git.write("folder", "file\n").write("run.sh", "#!/bin/sh\n");
        assertThat(git.folder().resolve("run.sh").toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(git.folder().resolve("way-out"), Path.of("../../etc/passwd"));
        Files.createSymbolicLink(git.folder().resolve("link"), Path.of("deep"));
        List<String> before = everything(git.folder());
        CommitId head = git.head();

        WorkingTree.Taken taken = taken(git.folder().resolve("deep"));

        assertThat(everything(git.folder())).as("the user's folder").isEqualTo(before);
        assertThat(taken.clean()).isFalse();
        assertThat(taken.base()).isEqualTo(head);
        assertThat(inStore("rev-parse", taken.commit() + "^")).isEqualTo(head.hex());
        assertThat(inStore("log", "-1", "--format=%s", taken.commit().hex()))
                .isEqualTo("Not committed, on top of " + head.brief() + ": First");
        assertThat(treeOf(taken.commit())).isEqualTo(gitsTree());
        assertThat(taken.changes())
                .isEqualTo(
                        git.must("diff", "--cached", "--no-renames", "--name-only", "HEAD")
                                .lines()
                                .count());
    }

    @Test
    void aConflictThatIsNotResolvedIsTakenAsItStands() {
        git.write("a.txt", "one\n").commit("First");
        git.must("checkout", "-q", "-b", "other");
        git.write("a.txt", "theirs\n").commit("Theirs");
        git.must("checkout", "-q", "main");
        git.write("a.txt", "ours\n").commit("Ours");
        assertThat(git.run("merge", "other").code()).isNotZero();

        WorkingTree.Taken taken = taken(git.folder());
        assertThat(inStore("show", taken.commit() + ":a.txt")).contains("<<<<<<<", "theirs");
        assertThat(treeOf(taken.commit())).isEqualTo(gitsTree());
    }

    @Test
    void aSubmoduleStaysALinkAndARepositoryInsideIsLeftOut() throws IOException {
        Git inner = Git.init(Files.createDirectory(temp.resolve("inner")));
        inner.write("x", "x\n").commit("Inner");
        git.write("a.txt", "one\n");
        git.must(
                "-c",
                "protocol.file.allow=always",
                "submodule",
                "add",
                "-q",
                inner.folder().toString(),
                "sub");
        git.commit("First");
        Git stray = Git.init(Files.createDirectory(git.folder().resolve("stray")));
        stray.write("y", "y\n").commit("Stray");
        git.write("a.txt", "two\n");

        WorkingTree.Taken taken = taken(git.folder());
        assertThat(inStore("ls-tree", "--format=%(objectmode) %(path)", taken.commit().hex()))
                .isEqualTo("100644 .gitmodules\n100644 a.txt\n160000 sub");
    }

    @Test
    void aFolderWithoutARepositoryIsAFirstCommit() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("plain"));
        new Git(folder).write(".gitignore", "ignored\n").write("ignored", "").write("a/b", "b\n");

        WorkingTree.Taken taken = taken(folder);
        assertThat(taken.changes()).isEqualTo(2);
        assertThat(inStore("ls-tree", "-r", "--name-only", taken.commit().hex()))
                .isEqualTo(".gitignore\na/b");
        assertThat(inStore("rev-list", "--count", taken.commit().hex())).isEqualTo("1");
        assertThat(folder.resolve(".git")).doesNotExist();
    }

    @Test
    void aLinkedWorkingTreeHasTheObjectsOfItsRepository() {
        git.write("a.txt", "one\n").commit("First");
        git.must("worktree", "add", "-q", temp.resolve("linked").toString());
        Git linked = new Git(temp.resolve("linked"));
        assertThat(taken(linked.folder()).clean()).isTrue();
        linked.write("b.txt", "two\n");
        assertThat(inStore("ls-tree", "--name-only", taken(linked.folder()).commit().hex()))
                .isEqualTo("a.txt\nb.txt");
    }

    @Test
    void theUsersOwnIgnoredFilesAndNameCount() throws IOException {
        Files.createDirectories(temp.resolve("home/.config/git"));
        Files.writeString(temp.resolve("home/.config/git/ignore"), ".idea/\n");
        Files.writeString(
                temp.resolve("home/.gitconfig"), "[user]\n\tname = Grace\n\temail = g@example\n");
        git.write("a.txt", "one\n").commit("First");
        git.write(".idea/x", "x").write("b.txt", "b\n");

        WorkingTree.Taken taken =
                WorkingTree.at(git.folder(), Map.of("HOME", temp.resolve("home").toString()))
                        .into(repositories, PROJECT);
        assertThat(inStore("ls-tree", "-r", "--name-only", taken.commit().hex()))
                .isEqualTo("a.txt\nb.txt");
        assertThat(inStore("log", "-1", "--format=%an", taken.commit().hex())).isEqualTo("Grace");
    }

    @Test
    void noProgramOfTheRepositorysIsStarted() {
        Path trace = temp.resolve("started");
        git.write(".gitattributes", "*.txt filter=own\n").commit("First");
        git.must("config", "filter.own.clean", "touch '" + trace + "'; cat");
        git.write("a.txt", "text\n");

        assertThat(inStore("show", taken(git.folder()).commit() + ":a.txt")).isEqualTo("text");
        assertThat(trace).doesNotExist();
    }

    /// Every file below, `.git` too, with its time and size.
    private static List<String> everything(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(WorkingTreeTest::described).sorted().toList();
        }
    }

    private static String described(Path file) {
        try {
            return file
                    + " "
                    + Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                    + " "
                    + (Files.isRegularFile(file) ? Files.size(file) : 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
