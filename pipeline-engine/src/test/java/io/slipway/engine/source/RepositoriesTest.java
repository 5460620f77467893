package io.slipway.engine.source;

import static io.slipway.engine.source.Branches.Result.CONTAINED;
import static io.slipway.engine.source.Branches.Result.MOVED;
import static io.slipway.engine.source.Branches.Result.NAME_TAKEN;
import static io.slipway.engine.source.Branches.Result.NOT_ALONE;
import static io.slipway.engine.source.Branches.Result.STALE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.source.Branches.Move;
import io.slipway.engine.source.SourceTree.Entry;
import io.slipway.engine.source.SourceTree.Kind;
import io.slipway.fault.Fault;

import org.eclipse.jgit.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class RepositoriesTest {
    private static final String MAIN = "refs/heads/main";

    @TempDir Path temp;
    private Repositories repositories;
    private Git git;
    private CommitId first;
    private CommitId second;
    private CommitId aside;

    @BeforeEach
    void repository() throws IOException {
        repositories = new Repositories(temp.resolve("repositories"));
        repositories.create(1);
        git = Git.init(Files.createDirectory(temp.resolve("source")));
        first = git.write("a", "1").commit("First\nmore");
        second = git.write("a", "2").commit("Second");
        git.must("checkout", "-q", "-b", "aside", first.hex());
        aside = git.write("a", "3").commit("Aside");
        git.must("push", "-q", mirror().toString(), "main:refs/slipway/runs/1");
        git.must("push", "-q", mirror().toString(), "aside:refs/slipway/runs/2");
    }

    private Path mirror() {
        return temp.resolve("repositories/1.git");
    }

    private Branches.Result move(String ref, @Nullable CommitId seen, @Nullable CommitId to) {
        return repositories
                .branches(1)
                .move(List.of(new Move(ref, seen, to)), true)
                .getFirst()
                .result();
    }

    @Test
    void aBranchMovesFromWhereThePusherSawItOrFromAnAncestor() {
        assertThat(move(MAIN, null, first)).isEqualTo(MOVED);
        assertThat(repositories.at(1, MAIN)).contains(first);
        assertThat(move(MAIN, null, second)).as("from an ancestor").isEqualTo(MOVED);
        assertThat(move(MAIN, second, aside)).as("forced").isEqualTo(MOVED);
        assertThat(move(MAIN, aside, first)).as("forced back").isEqualTo(MOVED);
    }

    @Test
    void whatOneCommitHasAndAnotherHasNotIsListed() {
        Comparison comparison = repositories.comparison(1);
        assertThat(comparison.commits(second, first, 10))
                .extracting(CommitInfo::subject)
                .containsExactly("Second");
        assertThat(comparison.commits(aside, second, 10))
                .extracting(CommitInfo::commit)
                .containsExactly(aside);
        assertThat(comparison.commits(first, second, 10)).isEmpty();
        assertThat(comparison.commits(second, second, 10)).isEmpty();
        assertThat(comparison.commits(second, first, 0)).isEmpty();
    }

    @Test
    void aBranchThatContainsTheCommitStays() {
        move(MAIN, null, second);
        assertThat(move(MAIN, null, first)).isEqualTo(CONTAINED);
        assertThat(move(MAIN, first, second)).isEqualTo(CONTAINED);
        assertThat(repositories.at(1, MAIN)).contains(second);
    }

    @Test
    void aBranchThatWentElsewhereStays() {
        move(MAIN, null, second);
        assertThat(move(MAIN, first, aside)).isEqualTo(STALE);
        assertThat(move(MAIN, first, null)).as("delete").isEqualTo(STALE);
        assertThat(repositories.at(1, MAIN)).contains(second);
        assertThat(move(MAIN, second, null)).isEqualTo(MOVED);
        assertThat(move(MAIN, second, first)).as("deleted meanwhile").isEqualTo(STALE);
        assertThat(repositories.at(1, MAIN)).isEmpty();
    }

    @Test
    void refsMoveTogetherOrNotAtAll() {
        move(MAIN, null, second);
        List<Move> moves =
                List.of(new Move(MAIN, first, aside), new Move("refs/tags/v1", null, second));
        assertThat(repositories.branches(1).move(moves, true))
                .extracting(Branches.Moved::result)
                .containsExactly(STALE, NOT_ALONE);
        assertThat(repositories.at(1, "refs/tags/v1")).isEmpty();
        assertThat(repositories.branches(1).move(moves, false))
                .extracting(Branches.Moved::result)
                .containsExactly(STALE, MOVED);
    }

    @Test
    void aNameThatIsAFolderOfAnotherIsRefused() {
        move("refs/heads/a/b", null, first);
        assertThat(move("refs/heads/a", null, first)).isEqualTo(NAME_TAKEN);
    }

    @Test
    void headNamesABranchBeforeItExists() throws IOException {
        repositories.branches(1).head("trunk");
        assertThat(Files.readString(mirror().resolve("HEAD"))).isEqualTo("ref: refs/heads/trunk\n");
    }

    @Test
    void filesAreReadOnlyAsRegularBlobs() throws IOException {
        git.write("folder/.slipway.yml", "xx");
        Files.createSymbolicLink(git.folder().resolve(".slipway.yml"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(git.folder().resolve("linked"), Path.of("folder"));
        CommitId commit = git.commit("Third");
        git.must("push", "-q", mirror().toString(), "aside:refs/slipway/runs/3");
        SourceTree tree = repositories.tree(1, commit);
        assertThat(tree.file(".slipway.yml", 100)).isEmpty();
        assertThat(tree.at(".slipway.yml")).contains(Kind.OTHER);
        assertThat(tree.file("linked/.slipway.yml", 100)).isEmpty();
        assertThat(tree.file("folder/../a", 100)).isEmpty();
        assertThat(tree.file("folder", 100)).isEmpty();
        assertThat(tree.file("a", 100)).map(String::new).contains("3");
        assertThat(tree.list(""))
                .containsExactly(
                        new Entry(".slipway.yml", Kind.OTHER),
                        new Entry("a", Kind.FILE),
                        new Entry("folder", Kind.FOLDER),
                        new Entry("linked", Kind.OTHER));
        assertThat(tree.file("folder/.slipway.yml", 2)).isPresent();
        assertThatThrownBy(() -> tree.file("folder/.slipway.yml", 1)).isInstanceOf(Fault.class);
    }

    @Test
    void aCommitDescribesItself() {
        assertThat(repositories.describe(1, first))
                .extracting(CommitInfo::subject, CommitInfo::author)
                .containsExactly("First more", "Ada");
    }

    @Test
    void aRunsCommitIsKeptUntilItIsDropped() {
        repositories.keepRun(1, 12, second);
        repositories.keepRun(1, 12, second);
        assertThat(repositories.at(1, "refs/slipway/runs/12")).contains(second);
        repositories.dropRun(1, 12);
        repositories.dropRun(1, 12);
        assertThat(repositories.at(1, "refs/slipway/runs/12")).isEqualTo(Optional.empty());
    }

    @Test
    void whatAKilledServerLeftIsSwept() throws IOException {
        move(MAIN, null, second);
        List<Path> left =
                List.of(
                        mirror().resolve("refs/heads/main.lock"),
                        mirror().resolve("packed-refs.lock"),
                        mirror().resolve("objects/pack/pack-1.keep"),
                        mirror().resolve("objects/pack/pack-2.keep.lock"),
                        mirror().resolve("objects/incoming_1.pack"),
                        temp.resolve("repositories/pack-1.tmp"));
        for (Path path : left) {
            Files.writeString(path, "");
        }
        Files.createDirectories(temp.resolve("repositories/new-1/objects"));
        repositories.sweep(true);
        assertThat(left).allSatisfy(path -> assertThat(path).doesNotExist());
        assertThat(temp.resolve("repositories/new-1")).doesNotExist();
        assertThat(move(MAIN, second, aside)).isEqualTo(MOVED);
    }

    @Test
    void whatAnotherServerIsAboutToWriteStays() throws IOException {
        move(MAIN, null, second);
        Path pushed = mirror().resolve("objects/pack/pack-1.keep");
        Path received = mirror().resolve("objects/incoming_1.pack");
        Path old = mirror().resolve("objects/incoming_2.pack");
        for (Path path : List.of(pushed, received, old)) {
            Files.writeString(path, "");
        }
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        repositories.sweep(false);
        assertThat(pushed).exists();
        assertThat(received).exists();
        assertThat(old).doesNotExist();
    }

    @Test
    void theLockOfAServerThatDiedHoldsNobodyBack() throws IOException {
        move(MAIN, null, second);
        Path lock = mirror().resolve("refs/heads/main.lock");
        Files.writeString(lock, "");
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        repositories.sweep(false);
        assertThat(move(MAIN, second, aside)).isEqualTo(MOVED);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aPackThatAServerWasAboutToKeepWhenItDiedCanBePushedAgain() throws IOException {
        Path dead = mirror().resolve("objects/pack/pack-1.keep.lock");
        Path busy = mirror().resolve("objects/pack/pack-2.keep.lock");
        Files.writeString(dead, "");
        Files.writeString(busy, "");
        Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        repositories.openToReceive(1).close();
        assertThat(dead).doesNotExist();
        assertThat(busy).exists();
    }

    @Test
    void tidyingKeepsWhatRunsNeed() {
        repositories.keepRun(1, 3, aside);
        repositories.tidy(1);
        assertThat(repositories.tree(1, aside).file("a", 9)).map(String::new).contains("3");
    }

    @Test
    void noTransportIsLeft() {
        assertThat(Transport.getTransportProtocols()).isEmpty();
    }
}
