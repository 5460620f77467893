package io.slipway.engine.translation;

import io.slipway.engine.translation.SourceText.Entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A workflow of Woodpecker: one job, since its steps share a workspace. A step with another image
/// than the first ends what is translated: those behind it would miss what it does.
final class WoodpeckerPipeline {
    private static final String CONDITION = "conditions are not translated in this version";
    private static final String PLUGIN = "plugins cannot run here: write what it does as commands";
    private static final Map<String, String> KEYS =
            Map.of(
                    "services",
                            "services are not taken over: write those of each job under services",
                    "clone", "every job has the sources of its commit",
                    "workspace", "a job has one workspace",
                    "labels", "jobs run on Slipway's runner",
                    "platform", "jobs run on Slipway's runner");
    private static final Map<String, String> WHOLE =
            Map.of(
                    "when", CONDITION,
                    "matrix", "a matrix is not translated in this version",
                    "depends_on", "workflows in other files are not translated",
                    "runs_on", CONDITION,
                    "skip_clone", "every job has the sources of its commit");

    private final SourceText source;
    private final Drafts drafts;

    WoodpeckerPipeline(SourceText source, Drafts drafts) {
        this.source = source;
        this.drafts = drafts;
    }

    void read() {
        String refused = "";
        for (Entry entry : source.root()) {
            String whole = WHOLE.get(entry.key());
            if (whole != null) {
                source.leave(entry, whole);
                refused = whole;
            } else if (KEYS.containsKey(entry.key())) {
                source.leave(entry, KEYS.get(entry.key()));
            }
        }
        for (Entry entry : source.root()) {
            if (entry.key().equals("steps") || entry.key().equals("pipeline")) {
                job(entry, refused);
            }
        }
    }

    private void job(Entry steps, String refused) {
        JobDraft job = new JobDraft(steps);
        source.take(steps.from());
        List<Entry> all =
                source.entries(steps).isEmpty() ? source.items(steps) : source.entries(steps);
        String stopped = "";
        for (Entry step : all) {
            String reason = stopped.isEmpty() ? step(job, step) : stopped;
            if (!reason.isEmpty()) {
                source.leaveWhole(step, reason);
                stopped = "it comes after a step that is not translated";
            }
        }
        if (!refused.isEmpty()) {
            job.refuse(refused);
        }
        drafts.add(job);
    }

    /// @return why it is not translated; empty when it is
    private String step(JobDraft job, Entry step) {
        String name = step.key();
        List<String> commands = new ArrayList<>();
        String image = "";
        Map<String, String> env = new LinkedHashMap<>();
        for (Entry key : source.entries(step)) {
            switch (key.key()) {
                case "image" -> image = key.text();
                case "name" -> name = key.text();
                case "commands" ->
                        source.items(key).forEach(c -> commands.add(c.text().stripTrailing()));
                case "environment" -> {
                    if (!variables(key, env)) {
                        return "its environment has values that are not known here";
                    }
                }
                case "when" -> {
                    return CONDITION;
                }
                case "pull" -> source.leave(key, "images are pulled when they are not there");
                case "settings" -> {
                    return PLUGIN;
                }
                default -> {
                    return key.key() + " is not translated in this version";
                }
            }
        }
        if (String.join("", commands).isBlank()) {
            return PLUGIN;
        }
        if (!job.image.isEmpty() && !job.image.equals(image)) {
            return "an image of its own for a step is not translated in this version";
        }
        job.image = image;
        job.steps.add(new JobDraft.Step(name, String.join("\n", commands), "", env));
        source.take(step);
        return "";
    }

    private boolean variables(Entry parent, Map<String, String> env) {
        for (Entry variable : source.entries(parent)) {
            boolean named = variable.key().matches("[A-Za-z_][A-Za-z0-9_]*");
            boolean own = variable.key().startsWith("SLIPWAY_");
            if (!named || own || !variable.isText() || variable.text().contains("$")) {
                return false;
            }
            env.put(variable.key(), variable.text());
        }
        return source.items(parent).isEmpty();
    }
}
