package io.slipway.engine.step;

import io.slipway.engine.log.Masks;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The lines of a job's file for outputs: names with values, the last line of a name counts.
final class LeftOutputs {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
    private static final String OWN = "SLIPWAY_";
    private static final int MOST_COMPLAINTS = 20;

    /// What makes a shell, a loader or an interpreter run something else. The job that gets it may
    /// have secrets that the one which left it has not.
    private static final Pattern DECISIVE =
            Pattern.compile(
                    "PATH|ENV|BASH_ENV|IFS|PS4|SHELLOPTS|BASHOPTS|LD_.*|NODE_OPTIONS|NODE_PATH"
                            + "|PYTHON(PATH|HOME|STARTUP)|PERL5(OPT|LIB|DB)|RUBY(OPT|LIB)"
                            + "|(JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS|GIT_.*");

    private final Masks masks;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Set<String> complaints = new LinkedHashSet<>();
    private int room = Starter.LARGEST_OUTPUT;

    /// @param masks what no output may hold: a later job would not know it for a secret
    LeftOutputs(Masks masks) {
        this.masks = masks;
    }

    void line(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        room -= Math.min(room, bytes.length + 1);
        if (room == 0) {
            leftOut("SLIPWAY_OUTPUT goes on after 1 MiB, which is too much,");
            return;
        }
        String line;
        try {
            line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            leftOut("a line of SLIPWAY_OUTPUT is not UTF-8");
            return;
        }
        int end = line.indexOf('=');
        if (end < 0 || !NAME.matcher(line.substring(0, end)).matches()) {
            leftOut("a line of SLIPWAY_OUTPUT is not KEY=value");
            return;
        }
        String name = line.substring(0, end);
        String value = line.substring(end + 1);
        if (name.startsWith(OWN)) {
            leftOut(name + " in SLIPWAY_OUTPUT is a name of Slipway's own");
        } else if (DECISIVE.matcher(name).matches()) {
            leftOut(name + " in SLIPWAY_OUTPUT decides what a step runs");
        } else if (!masks.mask(value).equals(value)) {
            leftOut(name + " in SLIPWAY_OUTPUT holds a secret");
        } else {
            values.put(name, value);
        }
    }

    private void leftOut(String what) {
        complaints.add(
                complaints.size() < MOST_COMPLAINTS
                        ? "slipway: " + what + " and is left out"
                        : "slipway: there is more in SLIPWAY_OUTPUT that is left out");
    }

    Map<String, String> values() {
        return values;
    }

    /// Lines for the log; each once.
    List<String> complaints() {
        return List.copyOf(complaints);
    }
}
