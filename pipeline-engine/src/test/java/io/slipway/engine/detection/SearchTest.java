package io.slipway.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class SearchTest {
    private static final String STARTS = "{ \"scripts\": { \"start\": \"node a.js\" } }";

    @TempDir Path folder;

    @Test
    void kindsInFoldersAreAppsWithTheirNames() throws IOException {
        write("services/cart/package.json", STARTS);
        write("services/cart/admin/package.json", STARTS);
        write("services/mail/requirements.txt", "gunicorn\n");
        write("services/mail/app.py", "def app(environ, start):\n    return []\n");
        write("site/index.html", "");
        write("old/site/Dockerfile", "FROM busybox\n");
        write("node_modules/x/package.json", STARTS);

        assertThat(notes())
                .containsExactly(
                        "found old/site/Dockerfile -> app site",
                        "found services/cart, a Node project with npm, without a lock file:"
                                + " starts by scripts.start of package.json -> app cart",
                        "found services/mail, a Python project with pip: starts by gunicorn with"
                                + " app:app -> app mail",
                        "found site, a static site: index.html -> app site-2");
    }

    @Test
    void rootThatIsAnAppHasNoAppsBelowIt() throws IOException {
        write("package.json", STARTS);
        write("client/package.json", STARTS);

        assertThat(found().apps()).extracting(Found.App::name).containsExactly("shop");
    }

    @Test
    void workspacesAreNotTakenForApps() throws IOException {
        write("package.json", "{ \"workspaces\": [\"a\"] }");
        write("a/package.json", STARTS);

        assertThat(found().apps()).isEmpty();
        assertThat(notes())
                .containsExactly(
                        "found a Node project with workspaces: not known in this version:"
                                + " add a Dockerfile");
    }

    @Test
    void toolsAtTheRootDoNotHideWhatIsInFolders() throws IOException {
        write("package.json", "{ \"devDependencies\": {} }");
        write("api/package.json", STARTS);
        write("lib/package.json", "{}");

        assertThat(notes())
                .containsExactly(
                        "found api, a Node project with npm, without a lock file: starts by"
                                + " scripts.start of package.json -> app api",
                        "passed over lib, a Node project without a start command: write"
                                + " scripts.start in package.json, or add a Dockerfile");
    }

    @Test
    void whatIsSeenButNotOfferedIsNamed() throws IOException {
        write("build.gradle.kts", "");
        write("src/main/resources/static/index.html", "");

        assertThat(notes())
                .containsExactly(
                        "found a Gradle project in Kotlin: not known in this version: add a"
                                + " Dockerfile");
    }

    @Test
    void linesOfProcfilesAreApps() throws IOException {
        write("a/Procfile", "web: node a.js\nmail_out: node b.js\n");
        write("a/package.json", "{}");
        write("b/Procfile", "clock: node c.js\n");
        write("b/package.json", "{}");

        assertThat(found().apps())
                .extracting(app -> app.name() + " " + app.use() + " " + app.worker())
                .containsExactly("a null false", "a-mail-out a true", "b-clock null true");
    }

    @Test
    void releaseLineRunsBeforeTheMainAppAndTheOthersWaitForIt() throws IOException {
        write("package.json", "{}");
        write("Procfile", "web: node a.js\n\nrelease: bin/migrate --all\nclock: node c.js\n");

        assertThat(found().apps())
                .extracting(app -> app.name() + " " + app.before() + " " + app.needs())
                .containsExactly("shop [bin/migrate --all] []", "clock [] [shop]");
        assertThat(notes())
                .containsExactly(
                        "found a Node project with npm, without a lock file: starts by"
                                + " Procfile -> app shop",
                        "found release in Procfile -> runs before rollouts of shop",
                        "found clock in Procfile -> app clock");
    }

    @Test
    void twoApplicationsAreNotGuessedAt() throws IOException {
        write("requirements.txt", "uvicorn\nfastapi\n");
        write("one.py", "app = FastAPI()\n");
        write("two.py", "app = FastAPI()\n");

        assertThat(notes())
                .containsExactly(
                        "found a Python project without a start command: write one line 'web: ...'"
                                + " in a Procfile, or add a Dockerfile");
    }

    @Test
    void pomThatIsNoXmlIsSaid() throws IOException {
        write("pom.xml", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><project>&b;");

        assertThat(notes()).containsExactly("found a pom.xml that is no pom: correct it");
    }

    @Test
    void textOfTheProjectCannotAddInstructions() throws IOException {
        write("package.json", "{ \"scripts\": { \"start\": \"node a.js\\nUSER root\\\"]\" } }");

        String dockerfile = found().apps().getFirst().recipe().generated();

        assertThat(dockerfile.lines().filter(line -> line.startsWith("USER")))
                .containsExactly("USER 65534:65534");
        assertThat(dockerfile).endsWith("CMD [\"sh\", \"-c\", \"node a.js\\nUSER root\\\"]\"]\n");
    }

    private Found found() {
        return new Detection(FromImages.PUBLIC).repository(new FolderTree(folder), "shop");
    }

    private List<String> notes() {
        return found().notes();
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
