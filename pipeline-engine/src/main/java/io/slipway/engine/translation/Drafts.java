package io.slipway.engine.translation;

import io.slipway.engine.grammar.Words;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The jobs of a file that is translated: which of them hold, and their text.
final class Drafts {
    private static final int LONGEST = 40;

    private final SourceText source;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Map<String, JobDraft> jobs = new LinkedHashMap<>();
    private String on = "";

    Drafts(SourceText source) {
        this.source = source;
    }

    /// Variables of every step.
    Map<String, String> env() {
        return env;
    }

    /// What starts a run.
    ///
    /// @param push conditions of pushes to branches, as they are written; empty: none starts one
    /// @param tag likewise of tags
    void on(String push, String tag) {
        on = "on:\n" + trigger("push", push) + trigger("tag", tag);
    }

    private static String trigger(String name, String conditions) {
        return conditions.isEmpty() ? "" : "  " + name + ": " + conditions + "\n";
    }

    void add(JobDraft job) {
        jobs.put(job.id, job);
    }

    /// The pipeline file. A job that waits for one that is not translated is none either: it would
    /// run too early.
    String text() {
        jobs.values().forEach(Drafts::check);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (JobDraft job : jobs.values()) {
                for (String need : job.needs) {
                    JobDraft needed = jobs.get(need);
                    if (job.refused() == null && (needed == null || needed.refused() != null)) {
                        job.refuse("it needs " + need + ", which is not translated");
                        changed = true;
                    }
                }
            }
        }
        StringBuilder text = new StringBuilder(on);
        variables("", env, text);
        Map<String, String> names = new LinkedHashMap<>();
        jobs.values().stream()
                .filter(job -> job.refused() == null)
                .forEach(job -> name(job, names));
        text.append(names.isEmpty() ? "" : "jobs:\n");
        for (JobDraft job : jobs.values()) {
            String reason = job.refused();
            if (reason == null) {
                job(job, names, text);
                job.shared.forEach(source::take);
            } else {
                source.leaveWhole(job.source, reason);
            }
        }
        return text.toString();
    }

    private static void check(JobDraft job) {
        if (job.steps.isEmpty()) {
            job.refuse("none of its commands is translated");
        }
        if (job.image.isEmpty()) {
            job.refuse("no image is named: Slipway runs every job in one");
        } else if (!Words.isImage(job.image)) {
            job.refuse("its image has variables that are not known here");
        }
    }

    private static void name(JobDraft job, Map<String, String> names) {
        String plain =
                job.id
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^[^a-z]+", "");
        String cut = plain.substring(0, Math.min(plain.length(), LONGEST - 3));
        String name = cut.replaceAll("-+$", "");
        name = name.isEmpty() ? "job" : name;
        String free = name;
        for (int number = 2; names.containsValue(free); number++) {
            free = name + "-" + number;
        }
        names.put(job.id, free);
    }

    private static void job(JobDraft job, Map<String, String> names, StringBuilder text) {
        text.append("  ").append(names.get(job.id)).append(":\n");
        text.append("    image: ").append(Scalars.of(job.image)).append('\n');
        if (!job.needs.isEmpty()) {
            List<String> needs = job.needs.stream().distinct().map(names::get).toList();
            text.append("    needs: [").append(String.join(", ", needs)).append("]\n");
        }
        if (!job.timeout.isEmpty()) {
            text.append("    timeout: ").append(job.timeout).append('\n');
        }
        if (!job.directory.isEmpty()) {
            text.append("    dir: ").append(Scalars.of(job.directory)).append('\n');
        }
        variables("    ", job.env, text);
        text.append("    steps:\n");
        job.steps.forEach(step -> step(step, text));
    }

    private static void step(JobDraft.Step step, StringBuilder text) {
        List<String> parts = new ArrayList<>();
        if (!step.name().isBlank()) {
            parts.add("name: " + Scalars.quoted(step.name()));
        }
        parts.add("run: " + script(step.run()));
        if (!step.directory().isEmpty()) {
            parts.add("dir: " + Scalars.of(step.directory()));
        }
        String indent = "      - ";
        for (String part : parts) {
            text.append(indent).append(part).append('\n');
            indent = "        ";
        }
        variables("        ", step.env(), text);
    }

    private static String script(String run) {
        String body = run.stripTrailing();
        boolean block =
                body.contains("\n")
                        && !body.startsWith(" ")
                        && !body.startsWith("\n")
                        && body.lines().noneMatch(line -> line.matches(".*[\\p{C}&&[^\\t]].*"));
        if (!block) {
            return Scalars.quoted(body);
        }
        StringBuilder text = new StringBuilder("|");
        body.lines().forEach(line -> text.append(line.isBlank() ? "\n" : "\n          " + line));
        return text.toString();
    }

    private static void variables(String indent, Map<String, String> env, StringBuilder text) {
        if (!env.isEmpty()) {
            text.append(indent).append("env:\n");
            env.forEach(
                    (name, value) ->
                            text.append(indent)
                                    .append("  ")
                                    .append(name)
                                    .append(": ")
                                    .append(Scalars.quoted(value))
                                    .append('\n'));
        }
    }
}
