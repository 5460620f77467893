package io.slipway.engine.secret;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.regex.Pattern;

/// What names and values of the configuration may be.
final class ValueName {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
    private static final Pattern SECRET = Pattern.compile("[A-Z_][A-Z0-9_]{0,99}");
    private static final String OWN = "SLIPWAY_";

    /// One variable may be 128 KiB with its name on Linux (MAX_ARG_STRLEN); this leaves room.
    private static final int LONGEST_VALUE = 64 * 1024;

    /// A shorter one could not be masked in a log without masking half of it.
    private static final int SHORTEST_SECRET = 6;

    private ValueName() {}

    static void check(String name, boolean secret) {
        if (!(secret ? SECRET : PLAIN).matcher(name).matches()) {
            throw refused(
                    "a name",
                    "it is no name of a variable",
                    secret
                            ? "use 1 to 100 of A-Z, 0-9 and _, no digit first"
                            : "use 1 to 100 of A-Z, a-z, 0-9 and _, no digit first");
        }
        if (name.startsWith(OWN)) {
            throw refused(name, "names that begin with SLIPWAY_ are Slipway's own", "use another");
        }
    }

    static void check(String name, String value, boolean secret) {
        check(name, secret);
        if (value.indexOf('\0') >= 0) {
            throw refused(name, "the value holds a NUL character", "encode it, in base64 say");
        }
        if (value.length() > LONGEST_VALUE) {
            throw refused(
                    name,
                    "the value has " + value.length() + " characters, more than " + LONGEST_VALUE,
                    "put it into a file of the image or a volume");
        }
        if (secret && value.length() < SHORTEST_SECRET) {
            throw refused(
                    name,
                    "a secret has at least " + SHORTEST_SECRET + " characters",
                    "use a longer one, or set it without --secret");
        }
    }

    static Fault refused(String name, String why, String remedy) {
        return new Fault(Kind.CONFIGURATION, "cannot set " + name + ": " + why, remedy);
    }
}
