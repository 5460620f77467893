package io.slipway.runners.buildkit;

import io.slipway.runners.buildkit.Instructions.Instruction;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The stages of a Dockerfile whose base image was laid beside the context: BuildKit counts FROM
/// among the steps of a stage, and does not number it there. A step has the same number wherever
/// its base image comes from.
final class LaidStages {
    /// `[linux/amd64 stage-1 2/4] RUN make`
    private static final Pattern STEP =
            Pattern.compile("\\[(.* )?(\\d{1,6})/(\\d{1,6})\\] (.*)", Pattern.DOTALL);

    private final Set<String> names = new HashSet<>();

    /// @param bases the image of each FROM, by its stage
    /// @param laid the images that were laid beside the context
    LaidStages(Instructions instructions, Map<Integer, String> bases, Set<String> laid) {
        boolean only =
                instructions.all().stream().filter(i -> i.word().equals("FROM")).count() == 1;
        for (Instruction from : instructions.all()) {
            String base = bases.get(from.stage());
            if (from.word().equals("FROM") && base != null && laid.contains(base)) {
                String name = Instructions.stageName(from.text()).toLowerCase(Locale.ROOT);
                names.add(name.isEmpty() ? "stage-" + from.stage() : name);
                if (only) {
                    names.add("");
                }
            }
        }
    }

    /// What a step is called.
    String name(String step) {
        Matcher counted = STEP.matcher(step);
        if (!counted.matches() || counted.group(4).startsWith("FROM ")) {
            return step;
        }
        String before = counted.group(1) == null ? "" : counted.group(1);
        String stage = before.strip().replaceFirst("^.* ", "");
        if (stage.contains("/")) {
            stage = ""; // the platform of the only stage
        }
        int number = Integer.parseInt(counted.group(2));
        return names.contains(stage.toLowerCase(Locale.ROOT))
                ? "[" + before + (number + 1) + "/" + counted.group(3) + "] " + counted.group(4)
                : step;
    }
}
