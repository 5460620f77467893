package io.slipway.web.cli.setup;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

/// `slipway completion SHELL`: what a shell needs to complete words and flags, to be sourced.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description =
                "Prints what bash or zsh needs to complete words and flags: source <(slipway"
                        + " completion bash).")
public final class CompletionCommand implements Callable<Integer> {
    /// Whose completion there is.
    enum Shell {
        /// GNU's.
        bash,
        /// By its emulation of bash's.
        zsh
    }

    private static final String ZSH =
            """
            autoload -U +X compinit && compinit
            autoload -U +X bashcompinit && bashcompinit
            """;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    private Shell shell = Shell.bash;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(shell == Shell.zsh ? ZSH : "");
        out.print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        out.flush();
        return 0;
    }
}
