package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Commands in the container of an app that serves.
@ExtendWith(SlipwayExtension.class)
class ExecIT {
    private static final String DOCKERFILE =
            """
            FROM busybox
            RUN mkdir -p /www && echo fine >/www/index.html
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "exec httpd -f -p $PORT -h /www"]
            """;

    private final Slipway slipway;

    ExecIT(Slipway slipway) {
        this.slipway = slipway;
    }

    private Git pushed(String project) {
        Git git = slipway.repository(project);
        git.write("Dockerfile", DOCKERFILE).commit("one");
        Pushes.passes(git);
        return git;
    }

    @Test
    void aCommandIsAnsweredWithItsOutputAndItsExitCode() {
        Git git = pushed("asked");

        Program.Ended said = exec(git, "", "sh", "-c", "echo port $PORT; echo oh >&2; exit 7");
        assertThat(said.output()).contains("port 8080\n").contains("oh\n");
        assertThat(said.code()).isEqualTo(7);

        Program.Ended much = exec(git, "", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x");
        assertThat(much.output()).hasSize(3_000_000);
        assertThat(much.code()).isZero();

        String input = "0123456789".repeat(10_000);
        Program.Ended read = slipway.run(git.folder(), input, "exec", "-i", "asked", "--", "cat");
        assertThat(read.output()).isEqualTo(input);

        assertThat(exec(git, "", "no-such-program").code()).isNotZero();
        assertThat(slipway.run(git.folder(), "", "exec", "nobody", "--", "true").output())
                .contains("nothing of it serves in production");
    }

    private Program.Ended exec(Git git, String input, String... command) {
        List<String> words = new ArrayList<>(List.of("exec", "asked", "--"));
        words.addAll(List.of(command));
        return slipway.run(git.folder(), input, words.toArray(String[]::new));
    }

    @Test
    void itTakesTheRightsOfWhoeverChangesAppAndSecretsAndIsWrittenDown() {
        Git git = pushed("guarded");
        String token =
                slipway.run(git.folder(), "", "tokens", "make", "small", "--scope", "read,roll-out")
                        .output()
                        .strip();
        Program small =
                new Program(
                        Map.of(
                                "SLIPWAY_SERVER",
                                "http://localhost:" + slipway.port(),
                                "SLIPWAY_TOKEN",
                                token));

        Program.Ended refused = small.run(git.folder(), "", "exec", "guarded", "--", "true");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.output()).contains("cannot configure in guarded");

        slipway.run(git.folder(), "", "exec", "guarded", "--", "echo", "hunter2-hunter2");
        List<String> kept =
                slipway.read(
                        tx ->
                                tx.query(
                                        "select subject || detail as kept from audit where action"
                                                + " = 'exec' and subject like 'guarded%'",
                                        row -> row.text("kept")));
        assertThat(kept).hasSize(1);
        assertThat(kept.getFirst())
                .contains("guarded in production", "echo")
                .doesNotContain("hunter2");
    }
}
