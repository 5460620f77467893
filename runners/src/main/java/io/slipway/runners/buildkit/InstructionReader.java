package io.slipway.runners.buildkit;

import io.slipway.runners.buildkit.Instructions.Instruction;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a Dockerfile's instructions: continued lines, comments between them, here-documents.
final class InstructionReader {
    private static final Set<String> MAKE_LAYERS = Set.of("RUN", "COPY", "ADD", "WORKDIR");
    private static final Pattern HEREDOC = Pattern.compile("<<-?([\"']?)([A-Za-z_]\\w*)\\1");

    private final String[] lines;
    private final String escape;
    private final List<Instruction> all = new ArrayList<>();
    private final Set<String> stages = new HashSet<>();
    private int at;
    private int stage = -1;
    private int ordinal;

    InstructionReader(String dockerfile) {
        this.lines = dockerfile.split("\r?\n", -1);
        this.escape = escape(lines);
    }

    List<Instruction> all() {
        for (at = 0; at < lines.length; at++) {
            if (!ignored(lines[at])) {
                int line = at + 1;
                add(line, joined());
            }
        }
        return all;
    }

    /// The instruction that begins here; afterwards `at` is its last line.
    private String joined() {
        StringBuilder text = new StringBuilder();
        for (boolean goesOn = true; goesOn; at++) {
            String part = lines[at].stripTrailing();
            boolean comment = !text.isEmpty() && ignored(part);
            goesOn = (comment || part.endsWith(escape)) && at + 1 < lines.length;
            if (!comment) {
                text.append(part.endsWith(escape) ? part.substring(0, part.length() - 1) : part);
                text.append(' ');
            }
        }
        at--;
        String whole = Instructions.normal(text.toString());
        Matcher opened = HEREDOC.matcher(whole);
        while (opened.find()) {
            skipUntil(opened.group(2));
        }
        return whole;
    }

    private void skipUntil(String end) {
        for (int i = at + 1; i < lines.length; i++) {
            if (lines[i].strip().equals(end)) {
                at = i;
                return;
            }
        }
    }

    private void add(int line, String text) {
        String word = text.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        boolean counted = MAKE_LAYERS.contains(word);
        if (word.equals("FROM")) {
            stage++;
            ordinal = 0;
            String image = Instructions.image(text).toLowerCase(Locale.ROOT);
            counted = !image.equals("scratch") && !stages.contains(image);
            stages.add(Instructions.stageName(text).toLowerCase(Locale.ROOT));
        }
        ordinal += counted ? 1 : 0;
        all.add(new Instruction(line, word, text, stage, counted ? ordinal : 0));
    }

    private static boolean ignored(String line) {
        String plain = line.strip();
        return plain.isEmpty() || plain.startsWith("#");
    }

    private static String escape(String[] lines) {
        for (String line : lines) {
            String plain = line.toLowerCase(Locale.ROOT).replace(" ", "").strip();
            if (!plain.startsWith("#")) {
                break;
            }
            if (plain.equals("#escape=`")) {
                return "`";
            }
        }
        return "\\";
    }
}
