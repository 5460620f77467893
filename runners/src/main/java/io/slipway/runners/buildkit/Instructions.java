package io.slipway.runners.buildkit;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The instructions of a Dockerfile with their lines: enough to find the line that a layer comes
/// from.
public final class Instructions {
    /// `[linux/amd64 stage-1 2/4] RUN make`
    private static final Pattern LAYER =
            Pattern.compile("\\[(?:([^\\]]*) )?(\\d{1,6})/\\d{1,6}\\] (.*)", Pattern.DOTALL);

    private static final Pattern IMAGE =
            Pattern.compile("(?:\\[internal\\] load metadata for|(?:\\[[^\\]]*\\] )?FROM) (\\S+)");

    private static final Pattern FROM_IMAGE =
            Pattern.compile("FROM (?:--\\S+ )*(\\S+).*", Pattern.CASE_INSENSITIVE);

    private static final Pattern STAGE_NAME =
            Pattern.compile("FROM .*\\sAS\\s+(\\S+)", Pattern.CASE_INSENSITIVE);

    private static final Pattern COPY_IMAGE = Pattern.compile("--from=(\\S+)");

    private final List<Instruction> all;

    /// @param line of its first word, from 1
    /// @param text on one line, blanks made one
    /// @param stage from 0; -1 before the first FROM
    /// @param ordinal among what makes layers in its stage, as BuildKit counts them; 0 for the rest
    record Instruction(int line, String word, String text, int stage, int ordinal) {}

    private Instructions(List<Instruction> all) {
        this.all = all;
    }

    /// Reads a Dockerfile; whatever it is.
    public static Instructions parse(String dockerfile) {
        return new Instructions(new InstructionReader(dockerfile).all());
    }

    /// The line that a layer of the builder comes from.
    ///
    /// @param layer the builder's name for it: `[2/3] RUN make`, `[internal] load metadata for ...`
    /// @return from 1; 0 when not known
    public int lineOf(String layer) {
        Matcher made = LAYER.matcher(layer);
        if (made.matches()) {
            Instruction found = find(made);
            if (found != null) {
                return found.line();
            }
        }
        Matcher image = IMAGE.matcher(layer);
        return image.lookingAt() ? lineOfImage(image.group(1)) : 0;
    }

    /// By its text; where variables were put in, by its place.
    private @Nullable Instruction find(Matcher made) {
        String text = normal(made.group(3));
        int ordinal = Integer.parseInt(made.group(2));
        List<Instruction> byPlace =
                all.stream()
                        .filter(i -> i.ordinal() == ordinal && inStage(i, made.group(1)))
                        .toList();
        for (Instruction instruction : byPlace) {
            if (instruction.text().equals(text)) {
                return instruction;
            }
        }
        if (byPlace.size() == 1 && text.startsWith(byPlace.getFirst().word())) {
            return byPlace.getFirst();
        }
        List<Instruction> byText = all.stream().filter(i -> i.text().equals(text)).toList();
        return byText.size() == 1 ? byText.getFirst() : null;
    }

    /// @param name such as `stage-1`, `builder`, `linux/amd64 builder`; null for the only stage
    private boolean inStage(Instruction instruction, @Nullable String name) {
        String last = name == null ? "" : name.substring(name.lastIndexOf(' ') + 1);
        if (last.isEmpty() || last.contains("/") || last.equals("stage-" + instruction.stage())) {
            return true;
        }
        return all.stream()
                .filter(i -> i.word().equals("FROM") && i.stage() == instruction.stage())
                .anyMatch(i -> stageName(i.text()).equalsIgnoreCase(last));
    }

    private int lineOfImage(String reference) {
        String wanted = familiar(reference);
        for (Instruction instruction : all) {
            Matcher copied = COPY_IMAGE.matcher(instruction.text());
            boolean from =
                    instruction.word().equals("FROM")
                            && familiar(image(instruction.text())).equals(wanted);
            if (from || copied.find() && familiar(copied.group(1)).equals(wanted)) {
                return instruction.line();
            }
        }
        return 0;
    }

    static String image(String from) {
        Matcher found = FROM_IMAGE.matcher(from);
        return found.matches() ? found.group(1) : "";
    }

    /// Empty when the stage has none.
    static String stageName(String from) {
        Matcher named = STAGE_NAME.matcher(from);
        return named.matches() ? named.group(1) : "";
    }

    List<Instruction> all() {
        return all;
    }

    /// A reference as people write it: `busybox`, without the registry and tag that go without
    /// saying.
    static String familiar(String reference) {
        String name = reference.split("@", 2)[0];
        name = name.startsWith("docker.io/") ? name.substring("docker.io/".length()) : name;
        name = name.startsWith("library/") ? name.substring("library/".length()) : name;
        return name.endsWith(":latest") ? name.substring(0, name.length() - 7) : name;
    }

    static String normal(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
