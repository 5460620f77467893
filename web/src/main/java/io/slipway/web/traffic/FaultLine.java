package io.slipway.web.traffic;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.Optional;

/// A fault as one line of a log, which another process can read.
public final class FaultLine {
    private static final String MARK = "fault\t";

    private FaultLine() {}

    /// The line.
    public static String of(Fault fault) {
        return MARK
                + String.join(
                        "\t",
                        fault.kind().name(),
                        flat(fault.message()),
                        flat(fault.remedy()) + ".");
    }

    static Optional<Fault> parse(String line) {
        String[] parts = line.split("\t");
        if (!line.startsWith(MARK) || parts.length != 4) {
            return Optional.empty();
        }
        try {
            String remedy = parts[3].substring(0, parts[3].length() - 1);
            return Optional.of(new Fault(Kind.valueOf(parts[1]), parts[2], remedy));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String flat(String text) {
        return text.replaceAll("[\\t\\r\\n]+", " ");
    }
}
