package io.slipway.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.source.SourceTree.Entry;
import io.slipway.engine.source.SourceTree.Kind;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class FolderTreeTest {
    @TempDir Path parent;
    private FolderTree tree;

    @BeforeEach
    void files() throws IOException {
        Path root = parent.resolve("root");
        Files.createDirectories(root.resolve("src/main"));
        Files.createDirectories(root.resolve(".git"));
        Files.writeString(root.resolve("a.txt"), "12345");
        Files.writeString(root.resolve(".git/config"), "secret");
        Path outside = Files.createDirectories(parent.resolve("outside"));
        Files.writeString(outside.resolve("b.txt"), "outside");
        Files.createSymbolicLink(root.resolve("link"), outside);
        tree = new FolderTree(root);
    }

    @Test
    void filesAndFoldersAreFound() {
        assertThat(tree.file("a.txt", 5)).contains("12345".getBytes());
        assertThat(tree.at("src/main")).contains(Kind.FOLDER);
        assertThat(tree.file("src", 5)).isEmpty();
        assertThat(tree.exists("b.txt")).isFalse();
        assertThat(tree.list("src")).containsExactly(new Entry("main", Kind.FOLDER));
    }

    @Test
    void gitsOwnFolderIsNotThere() {
        assertThat(tree.list(""))
                .containsExactly(
                        new Entry("a.txt", Kind.FILE),
                        new Entry("link", Kind.OTHER),
                        new Entry("src", Kind.FOLDER));
        assertThat(tree.exists(".git/config")).isFalse();
    }

    @Test
    void nothingLeadsOutOfTheTree() {
        for (String path :
                new String[] {
                    "../outside/b.txt",
                    "link/b.txt",
                    "/etc/passwd",
                    "src/../a.txt",
                    "./a.txt",
                    "src//main"
                }) {
            assertThat(tree.at(path)).as(path).isEmpty();
            assertThat(tree.file(path, 100)).as(path).isEmpty();
            assertThat(tree.list(path)).as(path).isEmpty();
        }
        assertThat(tree.list("link")).isEmpty();
    }

    @Test
    void fileThatIsLargerThanTheCapIsRefused() {
        assertThatThrownBy(() -> tree.file("a.txt", 4))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot read a.txt: it is larger than");
    }
}
