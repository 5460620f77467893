package io.slipway.web.cli.setup;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The git client of whoever types, in one folder.
record GitProgram(Path folder) {
    /// How it ended.
    ///
    /// @param text what it printed, errors included, without a line break at the end
    record Ended(int code, String text) {
        boolean well() {
            return code == 0;
        }
    }

    /// A remote's URL as it may be shown: what stands before an `@` may be a token.
    static String withoutPassword(String url) {
        return url.replaceFirst("^(https?)://[^/]*@", "$1://");
    }

    /// Runs it to its end; it asks nobody anything.
    ///
    /// @param input what it reads; a secret goes here and into no argument
    /// @throws Fault CONFIGURATION where there is no git
    Ended run(String input, String... words) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        try {
            Process git = builder.start();
            try (var to = git.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It did not want to read; how it ends says more.
            }
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(git.waitFor(), text.stripTrailing());
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot start git: " + e.getMessage(),
                    "install git, or put it on the PATH",
                    e);
        }
    }

    /// What it prints.
    ///
    /// @throws Fault CONFIGURATION with what git said, when it ends badly
    String must(String... words) throws InterruptedException {
        Ended ended = run("", words);
        if (!ended.well()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot do it: git " + words[0] + " said: " + ended.text(),
                    "see what git says, then try again");
        }
        return ended.text();
    }
}
