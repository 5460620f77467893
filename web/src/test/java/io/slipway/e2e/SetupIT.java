package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// A machine that knows no server yet, and what makes it ready.
@ExtendWith(SlipwayExtension.class)
class SetupIT {
    private final Slipway slipway;
    private final Path home;
    private final Program program;
    private final String url;

    SetupIT(Slipway slipway, @TempDir Path home) {
        this.slipway = slipway;
        this.home = home;
        this.url = "http://localhost:" + slipway.port();
        this.program =
                new Program(
                        Map.of(
                                "HOME",
                                home.toString(),
                                "XDG_CONFIG_HOME",
                                home.resolve(".config").toString(),
                                "SLIPWAY_DATA",
                                home.resolve("none").toString()));
    }

    private Path logins() {
        return home.resolve(".config/slipway/logins");
    }

    private Program.Ended run(Path folder, String input, String... words) {
        return program.run(folder, input, words);
    }

    private String well(Path folder, String... words) {
        Program.Ended ended = run(folder, "", words);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }

    @Test
    void whoSignsInNeedsNoSettingAnyMore() throws IOException {
        assertThat(run(home, "", "status").output()).contains("slipway login http://localhost");
        Program.Ended wrong = run(home, "slw_wrong\n", "login", url);
        assertThat(wrong.code()).as(wrong.output()).isEqualTo(1);
        assertThat(logins()).doesNotExist();

        Program.Ended in = run(home, slipway.token() + "\n", "login", url);

        assertThat(in.code()).as(in.output()).isZero();
        assertThat(in.output())
                .startsWith("signed in at " + url + " as ")
                .doesNotContain(slipway.token());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(logins())))
                .isEqualTo("rw-------");
        well(home, "status");
        assertThat(well(home, "doctor")).contains("ok  server").contains("ok  runners");

        Files.setPosixFilePermissions(logins(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run(home, "", "status").output()).contains("chmod 600 " + logins());
        Files.setPosixFilePermissions(logins(), PosixFilePermissions.fromString("rw-------"));
        well(home, "login", "--out", url);
        assertThat(run(home, "", "status").code()).isEqualTo(1);
    }

    @Test
    void aFolderIsLinkedWithoutASecretInItsUrl() throws IOException {
        run(home, slipway.token(), "login", url);
        Git git = Git.init(Files.createDirectory(home.resolve("linked")));
        Path kept = home.resolve("kept");

        assertThat(well(git.folder(), "link"))
                .contains("the remote slipway is " + url + "/linked.git")
                .contains("git has no credential helper");
        assertThat(kept).doesNotExist();
        String again = well(git.folder(), "link", "--helper", "store --file=" + kept);

        assertThat(again).contains("already").contains("git has the token");
        assertThat(Files.readString(kept)).contains("slipway:" + slipway.token() + "@");
        assertThat(Files.readString(git.folder().resolve(".git/config")))
                .contains(url + "/linked.git")
                .doesNotContain(slipway.token());
        assertThat(run(git.folder(), "", "link", "other").output())
                .contains("git remote set-url slipway " + url + "/other.git");
        git.must("remote", "set-url", "slipway", url.replace("//", "//ada:slw_x@") + "/linked.git");
        assertThat(run(git.folder(), "", "link").output())
                .contains("git remote set-url slipway " + url + "/linked.git")
                .doesNotContain("slw_x");
    }

    @Test
    void noTokenTravelsInTheOpenOrToAnotherServer() {
        Program.Ended open = run(home, "slw_x", "login", "http://slipway.example.com");
        assertThat(open.code()).isEqualTo(1);
        assertThat(open.output()).contains("everybody on the way could read the token");

        Program.Ended other =
                program.with("SLIPWAY_DATA", slipway.data().toString())
                        .run(home, "", "status", "--server", "http://192.0.2.1");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.output()).contains("no token is kept for it");
    }

    @Test
    void tokensAreMadeListedAndRevoked() {
        run(home, slipway.token(), "login", url);

        String made = well(home, "tokens", "make", "laptop", "--scope", "read,run", "--days", "2");

        assertThat(made).startsWith("slw_").hasLineCount(1);
        String line =
                well(home, "tokens", "list")
                        .lines()
                        .filter(one -> one.contains("laptop"))
                        .findFirst()
                        .orElseThrow();
        assertThat(line).contains("read run, until ").doesNotContain(made.strip());
        Program small = program.with("SLIPWAY_TOKEN", made.strip());
        assertThat(small.run(home, "", "tokens", "list").output()).hasLineCount(1);
        assertThat(small.run(home, "", "tokens", "make", "x", "--scope", "push").output())
                .contains("yours does not have it");
        well(home, "tokens", "revoke", line.split(" ")[0]);
        assertThat(small.run(home, "", "status").code()).isEqualTo(1);
    }

    @Test
    void pagesAreOpenedInTheBrowserOfWhoeverTypes() throws IOException {
        Git git = slipway.repository("opened");
        git.write(".slipway.yml", "apps: {}\n").commit("nothing to do");
        Pushes.passes(git);
        Path browser = home.resolve("browser");
        Path seen = home.resolve("seen");
        Folders.write(
                browser, "#!/bin/sh\necho \"$1\" >" + seen + ".new; mv " + seen + ".new " + seen);
        Files.setPosixFilePermissions(browser, PosixFilePermissions.fromString("rwx------"));
        run(home, slipway.token(), "login", url);

        Program.Ended opened =
                program.with("BROWSER", browser.toString()).run(git.folder(), "", "open", "1");

        assertThat(opened.output()).isEqualTo(url + "/opened/runs/1\n");
        Await.until("the browser was started", () -> Files.exists(seen));
        assertThat(Files.readAllLines(seen)).isEqualTo(List.of(url + "/opened/runs/1"));
        assertThat(well(git.folder(), "open", "--print")).isEqualTo(url + "/opened\n");
        assertThat(run(git.folder(), "", "open", "nobody").output()).contains("no such app");
    }
}
