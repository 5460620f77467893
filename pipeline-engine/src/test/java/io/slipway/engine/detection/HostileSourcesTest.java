package io.slipway.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.slipway.engine.source.FolderTree;
import io.slipway.engine.source.SourceTree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Files that were made to hurt: none may hold a push up or end it by an error, and none may write
/// lines of a Dockerfile.
class HostileSourcesTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int LONG = 500_000;
    private static final String POM =
            "<project><artifactId>a</artifactId><build><plugins><plugin><artifactId>%s</artifactId>"
                    + "%s</plugin></plugins></build></project>";

    @TempDir Path folder;

    @Test
    void aLineOfBlanksIsReadOnce() throws IOException {
        write("package.json", "{}");
        write("Procfile", "web: node a.js" + " ".repeat(LONG) + ";");
        assertThat(found().apps()).hasSize(1);
    }

    @Test
    void aVersionWithoutEndIsNone() throws IOException {
        String start = "\"scripts\": { \"start\": \"node a.js\" }";
        write(
                "a/package.json",
                "{ \"engines\": { \"node\": \"" + "1".repeat(LONG) + "\" }, " + start + " }");
        write(
                "b/package.json",
                "{ \"engines\": { \"node\": \"" + " ".repeat(LONG) + "x\" }, " + start + " }");
        write(
                "c/package.json",
                "{ \"engines\": { \"node\": \"1" + ".1".repeat(LONG / 2) + "\" }, " + start + " }");
        assertThat(found().apps()).hasSize(3);
    }

    @Test
    void settingsOfSpringAreReadOnce() throws IOException {
        write("a/pom.xml", POM.formatted("spring-boot-maven-plugin", ""));
        write("a/src/main/resources/application.yml", "server:\n" + " ".repeat(LONG) + "\n");
        write("b/pom.xml", POM.formatted("spring-boot-maven-plugin", ""));
        write("b/src/main/resources/application.yml", "server:\n" + "  a: b\n".repeat(LONG / 7));
        write("c/pom.xml", POM.formatted("spring-boot-maven-plugin", ""));
        write("c/src/main/resources/application.yml", "server:\n  a: b\n  port: 9191\n");
        assertThat(found().apps())
                .extracting(app -> generated(app).contains("EXPOSE 9191"))
                .containsExactly(false, false, true);
    }

    @Test
    void aNameOfAClassMayBeLong() throws IOException {
        String named =
                "<configuration><mainClass>a"
                        + ".a".repeat(LONG / 2)
                        + "</mainClass></configuration>";
        write("pom.xml", POM.formatted("maven-jar-plugin", named));
        assertThat(found().apps()).hasSize(1);
    }

    @Test
    void whatIsNestedWithoutEndIsNotRead() throws IOException {
        write("a/package.json", "{\"a\":".repeat(LONG / 5));
        write("b/pyproject.toml", "a = " + "[".repeat(LONG));
        write("b/uv.lock", "");
        write("c/pyproject.toml", "[" + "a.".repeat(LONG / 2) + "a]\nb = 1\n");
        write("c/uv.lock", "");
        write("d/pom.xml", "<project>" + "<a>".repeat(LONG / 3));
        write("e/pyproject.toml", "a = " + "{a=".repeat(LONG / 3));
        write("e/uv.lock", "");
        assertThat(found().apps()).isEmpty();
    }

    @Test
    void noTextOfAFileIsALineOfADockerfile() throws IOException {
        String evil = "node a.js\\nRUN evil\\r\\n\\u2028RUN evil\\\"]\\n";
        write("a/package.json", "{ \"scripts\": { \"start\": \"" + evil + "\" } }");
        write(
                "b/package.json",
                "{ \"main\": \"x.js\\nRUN evil\", \"scripts\": { \"build\": \"\" } }");
        write(
                "c/package.json",
                "{ \"packageManager\": \"pnpm@9\\nRUN evil\", \"main\": \"a.js\" }");
        write("c/pnpm-lock.yaml", "");
        write("c/a.js", "");
        write("d/pyproject.toml", "[project.scripts]\n\"x\\nRUN evil\" = \"a\"\n");
        write("d/uv.lock", "");
        write("e/Procfile", "web: x\rRUN evil\n");
        write("e/requirements.txt", "");
        write(
                "f/pom.xml",
                POM.formatted("maven-jar-plugin", "<mainClass>a&#10;RUN evil</mainClass>"));
        write("f/src/main/java/A.java", "package a\n;\nstatic void main(String");
        write("g/.nvmrc", "22\nRUN evil");
        write(
                "g/package.json",
                "{ \"engines\": { \"node\": \"22\\nRUN evil\" }, \"main\": \"a.js\" }");
        write("g/a.js", "");
        assertThat(found().apps())
                .isNotEmpty()
                .allSatisfy(
                        app ->
                                assertThat(generated(app).lines())
                                        .noneMatch(l -> l.startsWith("RUN evil")));
    }

    /// A folder that stands in a tree 500 times is one object of a pack.
    @Test
    void theSameLargeFileAgainAndAgainIsNotReadEachTime() {
        AtomicLong read = new AtomicLong();
        Found found = new Detection(FromImages.PUBLIC).repository(new Copies(read), "shop");
        assertThat(found.notes())
                .contains(
                        "only the first 64 MiB of the sources were looked at: name the apps in"
                                + " .slipway.yml");
        assertThat(read).hasValueLessThan(66L << 20);
    }

    /// 100 folders with 100 times the same text of half a megabyte.
    private record Copies(AtomicLong read) implements SourceTree {
        @Override
        public Optional<byte[]> file(String path, int cap) {
            byte[] text = new byte[path.endsWith(".py") ? 1 << 19 : 0];
            read.addAndGet(text.length);
            return at(path).map(kind -> text);
        }

        @Override
        public List<Entry> list(String path) {
            return switch (path.split("/").length) {
                case 1 ->
                        IntStream.range(0, 100)
                                .mapToObj(
                                        i ->
                                                path.isEmpty()
                                                        ? new Entry("a" + i, Kind.FOLDER)
                                                        : new Entry("b" + i + ".py", Kind.FILE))
                                .toList();
                default -> List.of();
            };
        }

        @Override
        public Optional<Kind> at(String path) {
            boolean file = path.matches("a[0-9]+/(b[0-9]+\\.py|requirements\\.txt)");
            return file ? Optional.of(Kind.FILE) : Optional.empty();
        }
    }

    private Found found() {
        return assertTimeoutPreemptively(
                SOON,
                () -> new Detection(FromImages.PUBLIC).repository(new FolderTree(folder), "shop"));
    }

    private static String generated(Found.App app) {
        Recipe recipe = app.recipe();
        return recipe == null ? "" : String.valueOf(recipe.generated());
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
