package io.slipway.web.cli;

import io.slipway.fault.Fault;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What a person reads when a command could not do its work: what, why, and what to do. Exit code 3
/// when a server does not answer, 2 when the command is wrong, else 1.
public final class Faults implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final Set<String> WAIT_FOR_A_RUN =
            Set.of("rollback", "restart", "retry", "cancel", "watch", "start", "set", "unset");

    @Override
    public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed)
            throws Exception {
        if (!(e instanceof Fault fault)) {
            throw e;
        }
        commandLine.getErr().println("slipway: " + fault.message());
        if (!fault.remedy().isEmpty()) {
            commandLine.getErr().println("  " + fault.remedy());
        }
        commandLine.getErr().flush();
        return fault.kind() == Fault.Kind.UNAVAILABLE ? 3 : 1;
    }

    /// The word's whole help would push what is wrong out of sight.
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine word = e.getCommandLine();
        word.getErr().println("slipway: " + e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, word.getErr())) {
            word.getErr()
                    .println("  " + word.getCommandSpec().qualifiedName() + " --help says how");
        }
        word.getErr().flush();
        return word.getCommandSpec().exitCodeOnInvalidInput();
    }

    /// Gives each word that has no list of its own the common one.
    public static void tellExitCodes(CommandLine words) {
        for (CommandLine word : words.getSubcommands().values()) {
            UsageMessageSpec usage = word.getCommandSpec().usageMessage();
            if (word.getSubcommands().isEmpty() && usage.exitCodeList().isEmpty()) {
                usage.exitCodeListHeading("Exit codes:%n");
                usage.exitCodeList(codes(word.getCommandName()));
            }
            tellExitCodes(word);
        }
    }

    private static Map<String, String> codes(String word) {
        boolean waits = WAIT_FOR_A_RUN.contains(word);
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", waits ? "refused, or the run failed" : "refused");
        codes.put("2", "the command is wrong");
        codes.put("3", "what is needed for it does not answer");
        if (waits && !word.equals("cancel")) {
            codes.put("4", "the run was cancelled");
        }
        if (waits) {
            codes.put("5", "--timeout is over; the run goes on");
            codes.put("130", "Ctrl-C; the run goes on");
        }
        if (word.equals("logs")) {
            codes.put("5", "--timeout is over");
        }
        return codes;
    }
}
