package io.slipway;

import io.slipway.web.cli.DemoCommand;
import io.slipway.web.cli.DownCommand;
import io.slipway.web.cli.Faults;
import io.slipway.web.cli.LintCommand;
import io.slipway.web.cli.PlanCommand;
import io.slipway.web.cli.SwitchCommand;
import io.slipway.web.cli.UpCommand;
import io.slipway.web.cli.look.EnvsCommand;
import io.slipway.web.cli.look.ImageCommand;
import io.slipway.web.cli.look.ListCommands;
import io.slipway.web.cli.look.ManifestsCommand;
import io.slipway.web.cli.look.StatusCommand;
import io.slipway.web.cli.look.WhyCommand;
import io.slipway.web.cli.remote.AppCommands;
import io.slipway.web.cli.remote.ConfigCommand;
import io.slipway.web.cli.remote.ConnectCommand;
import io.slipway.web.cli.remote.DeliveryCommands;
import io.slipway.web.cli.remote.ExecCommand;
import io.slipway.web.cli.remote.LogsCommand;
import io.slipway.web.cli.remote.OpenCommand;
import io.slipway.web.cli.remote.PeopleCommands;
import io.slipway.web.cli.remote.RunCommands;
import io.slipway.web.cli.remote.StartCommands;
import io.slipway.web.cli.remote.TokensCommand;
import io.slipway.web.cli.remote.TrustCommand;
import io.slipway.web.cli.remote.WatchCommand;
import io.slipway.web.cli.run.RunCommand;
import io.slipway.web.cli.setup.CompletionCommand;
import io.slipway.web.cli.setup.DoctorCommand;
import io.slipway.web.cli.setup.LinkCommand;
import io.slipway.web.cli.setup.LoginCommand;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The program: one command line for the server, the switch and whoever uses them.
@Command(
        name = "slipway",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "From git push to a running service.")
public final class Main implements Runnable {
    /// In the order of the help.
    private static final List<Class<?>> WORDS =
            List.of(
                    UpCommand.class,
                    DownCommand.class,
                    DemoCommand.class,
                    StatusCommand.class,
                    EnvsCommand.class,
                    WhyCommand.class,
                    ListCommands.Projects.class,
                    DeliveryCommands.class,
                    ListCommands.Runs.class,
                    WatchCommand.class,
                    ListCommands.Trace.class,
                    LogsCommand.class,
                    ExecCommand.class,
                    ImageCommand.class,
                    ManifestsCommand.class,
                    AppCommands.Releases.class,
                    AppCommands.Rollback.class,
                    AppCommands.Restart.class,
                    StartCommands.Start.class,
                    StartCommands.All.class,
                    RunCommands.Retry.class,
                    RunCommands.Cancel.class,
                    RunCommands.Approve.class,
                    RunCommands.Pause.class,
                    RunCommands.Resume.class,
                    ConfigCommand.class,
                    TokensCommand.class,
                    PeopleCommands.People.class,
                    PeopleCommands.Members.class,
                    PeopleCommands.Audit.class,
                    OpenCommand.class,
                    LoginCommand.class,
                    LinkCommand.class,
                    DoctorCommand.class,
                    CompletionCommand.class,
                    ConnectCommand.class,
                    ConnectCommand.Enable.class,
                    DeliveryCommands.Hooks.class,
                    TrustCommand.class,
                    LintCommand.class,
                    PlanCommand.class,
                    RunCommand.class,
                    SwitchCommand.class);

    @Spec private CommandSpec spec;

    private Main() {
        spec = CommandSpec.create();
    }

    /// @param args a word and what belongs to it
    public static void main(String[] args) {
        System.exit(commandLine(meant(args)).execute(args));
    }

    /// The one word that is meant, where the first argument is one: to make all of them would be a
    /// fifth of a server's start. All for the help and for what is no word, and for the word that
    /// lists them.
    private static List<Class<?>> meant(String[] args) {
        String first = args.length == 0 ? "" : args[0];
        return WORDS.stream()
                .filter(word -> word != CompletionCommand.class && names(word).contains(first))
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElse(WORDS);
    }

    private static List<String> names(Class<?> word) {
        Command command = Objects.requireNonNull(word.getAnnotation(Command.class), word::getName);
        return Stream.concat(Stream.of(command.name()), Arrays.stream(command.aliases())).toList();
    }

    /// All words, with their flags and exit codes.
    static CommandLine commandLine() {
        return commandLine(WORDS);
    }

    private static CommandLine commandLine(List<Class<?>> words) {
        CommandLine line = new CommandLine(new Main());
        words.forEach(line::addSubcommand);
        Faults.tellExitCodes(line);
        Faults faults = new Faults();
        return line.setExecutionExceptionHandler(faults).setParameterExceptionHandler(faults);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which word? slipway --help lists them");
    }

    /// What the jar's manifest says.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"slipway " + io.slipway.web.cli.Version.text()};
        }
    }
}
