package io.slipway.web.cli;

import io.slipway.fault.Fault;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// What a person reads when a command could not do its work: what, why, and what to do. Exit code 3
/// when a server does not answer, else 1.
public final class Faults implements IExecutionExceptionHandler {
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
}
