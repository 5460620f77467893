package io.slipway.runners.buildkit;

import io.slipway.runners.buildkit.Instructions.Instruction;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The images that a Dockerfile begins with or copies from.
final class FromReferences {
    private static final Pattern ARG = Pattern.compile("(?i)ARG ([A-Za-z_]\\w*)=(.*)");
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)\\}|([A-Za-z_]\\w*))");
    private static final Pattern FROM_IMAGE =
            Pattern.compile("(?:--from=|--mount=\\S*\\bfrom=)([^\\s,]+)");
    private static final Pattern REFERENCE = Pattern.compile("[a-z0-9][A-Za-z0-9._/:-]*");

    private final Map<String, String> arguments = new HashMap<>();
    private final Set<String> stages = new HashSet<>();
    private final Set<String> found = new LinkedHashSet<>();
    private final Map<Integer, String> bases = new HashMap<>();

    private FromReferences() {}

    static FromReferences of(Instructions instructions) {
        FromReferences references = new FromReferences();
        instructions.all().forEach(references::look);
        return references;
    }

    /// As people write them, in order; none that names a digest, and none with a variable that has
    /// no value in the Dockerfile.
    Set<String> all() {
        return found;
    }

    /// Those of FROM, by stage.
    Map<Integer, String> bases() {
        return bases;
    }

    private void look(Instruction instruction) {
        if (instruction.stage() < 0) {
            Matcher arg = ARG.matcher(instruction.text());
            if (arg.matches()) {
                arguments.put(arg.group(1), resolved(unquoted(arg.group(2))));
            }
        } else if (instruction.word().equals("FROM")) {
            add(Instructions.image(instruction.text()), instruction.stage());
            String name = Instructions.stageName(instruction.text());
            if (!name.isEmpty()) {
                stages.add(name.toLowerCase(Locale.ROOT));
            }
        } else {
            Matcher from = FROM_IMAGE.matcher(instruction.text());
            while (from.find()) {
                add(from.group(1), -1);
            }
        }
    }

    private void add(String written, int stage) {
        String reference = resolved(unquoted(written));
        boolean own =
                stages.contains(reference.toLowerCase(Locale.ROOT))
                        || reference.equals("scratch")
                        || reference.matches("\\d+");
        if (!own && REFERENCE.matcher(reference).matches()) {
            String familiar = Instructions.familiar(reference);
            found.add(familiar);
            bases.put(stage, familiar);
        }
    }

    private String resolved(String text) {
        Matcher variable = VARIABLE.matcher(text);
        return variable.replaceAll(
                match -> {
                    String name = match.group(1) == null ? match.group(2) : match.group(1);
                    return Matcher.quoteReplacement(arguments.getOrDefault(name, "$" + name));
                });
    }

    private static String unquoted(String text) {
        String plain = text.strip();
        boolean quoted =
                plain.length() > 1
                        && (plain.startsWith("\"") && plain.endsWith("\"")
                                || plain.startsWith("'") && plain.endsWith("'"));
        return quoted ? plain.substring(1, plain.length() - 1) : plain;
    }
}
