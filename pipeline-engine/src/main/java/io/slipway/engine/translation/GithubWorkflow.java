package io.slipway.engine.translation;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.translation.SourceText.Entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A workflow of GitHub Actions. Jobs that name a container are translated: what a machine of
/// GitHub has installed is no image.
final class GithubWorkflow {
    private static final String EXPRESSION = "${{";
    private static final Map<String, String> KEYS =
            Map.of(
                    "name", "a run has the name of its commit",
                    "run-name", "a run has the name of its commit",
                    "permissions", "a job has no rights on the project",
                    "concurrency", "not translated in this version",
                    "defaults", "not translated in this version");
    private static final Map<String, String> JOB_KEYS =
            Map.of(
                    "name", "a job has the name of its key",
                    "runs-on", "jobs run in their image on Slipway's runner",
                    "permissions", "a job has no rights on the project",
                    "services",
                            "services are not taken over: write those of each job under services",
                    "outputs", "outputs are not available in this version");
    private static final Map<String, String> WHOLE =
            Map.of(
                    "if", "conditions are not translated in this version",
                    "strategy", "a matrix is not translated in this version",
                    "environment", "jobs of environments are not translated in this version",
                    "continue-on-error", "a job that fails ends the run",
                    "uses", "reusable workflows of GitHub cannot run here",
                    "defaults", "defaults of steps are not translated in this version");
    private static final String EVENTS = "only pushes start runs in this version";

    private final SourceText source;
    private final Drafts drafts;

    GithubWorkflow(SourceText source, Drafts drafts) {
        this.source = source;
        this.drafts = drafts;
    }

    void read() {
        String refused = "";
        for (Entry entry : source.root()) {
            if (entry.key().equals("on")) {
                refused = triggers(entry);
            }
        }
        for (Entry entry : source.root()) {
            switch (entry.key()) {
                case "env" -> variables(entry, drafts.env());
                case "jobs" -> jobs(entry, refused);
                case "on" -> {}
                default -> {
                    String reason = KEYS.get(entry.key());
                    if (reason != null) {
                        source.leave(entry, reason);
                    }
                }
            }
        }
    }

    /// @return why no job of the file is translated; empty when they are
    private String triggers(Entry on) {
        source.take(on.from());
        boolean pushed = false;
        String refused = "";
        for (Entry item : source.items(on)) {
            if (item.text().equals("push")) {
                pushed = true;
                source.take(item);
            } else {
                source.leave(item, EVENTS);
            }
        }
        if (pushed) {
            drafts.on("{}", "{}");
        }
        for (Entry event : source.entries(on)) {
            if (event.key().equals("push")) {
                pushed = true;
                refused = push(event);
            } else {
                source.leave(event, EVENTS);
            }
        }
        return pushed ? refused : "it does not run on a push";
    }

    /// Without a filter for either, branches and tags are taken; with one for one, only these.
    private String push(Entry event) {
        source.take(event.from());
        Map<String, List<String>> filters = new LinkedHashMap<>();
        for (Entry filter : source.entries(event)) {
            boolean without = filter.key().endsWith("-ignore");
            String key = filter.key().replace("-ignore", "");
            List<String> patterns =
                    source.items(filter).stream()
                            .map(item -> (without ? "!" : "") + item.text())
                            .toList();
            boolean known = List.of("branches", "tags", "paths").contains(key);
            boolean plain = patterns.stream().allMatch(one -> one.matches("!?[\\w./*-]+"));
            if (!known || !plain || patterns.isEmpty() || filters.containsKey(key)) {
                source.leaveWhole(event, "its patterns are not translated");
                return "its triggers are not translated";
            }
            filters.put(key, patterns);
            source.take(filter);
        }
        List<String> branches = filters.get("branches");
        List<String> tags = filters.get("tags");
        List<String> paths = filters.get("paths");
        List<String> push = new ArrayList<>();
        if (branches != null) {
            push.add("branches: " + list(branches));
        }
        if (paths != null) {
            push.add("paths: " + list(paths));
        }
        String all = push.isEmpty() ? "{}" : "{ " + String.join(", ", push) + " }";
        drafts.on(
                branches == null && tags != null ? "" : all,
                tags != null ? "{ names: " + list(tags) + " }" : branches != null ? "" : "{}");
        return "";
    }

    private static String list(List<String> patterns) {
        return "[" + String.join(", ", patterns.stream().map(Scalars::of).toList()) + "]";
    }

    private void jobs(Entry jobs, String refused) {
        source.take(jobs.from());
        for (Entry entry : source.entries(jobs)) {
            JobDraft job = new JobDraft(entry);
            source.take(entry.from());
            source.entries(entry).forEach(key -> jobKey(job, key));
            if (!refused.isEmpty()) {
                job.refuse(refused);
            }
            drafts.add(job);
        }
    }

    private void jobKey(JobDraft job, Entry key) {
        switch (key.key()) {
            case "container" -> container(job, key);
            case "env" -> variables(key, job.env);
            case "needs" -> {
                source.items(key).forEach(item -> job.needs.add(item.text()));
                source.take(key);
            }
            case "timeout-minutes" -> {
                if (key.text().matches("[1-9][0-9]{0,2}")) {
                    job.timeout = key.text() + "m";
                    source.take(key);
                } else {
                    source.leave(key, "it is no number below 1000");
                }
            }
            case "steps" -> {
                source.take(key.from());
                source.items(key).forEach(step -> step(job, step));
            }
            default -> {
                String whole = WHOLE.get(key.key());
                if (whole != null) {
                    job.refuse(whole);
                }
                String reason = JOB_KEYS.get(key.key());
                if (reason != null) {
                    source.leave(key, reason);
                }
            }
        }
    }

    private void container(JobDraft job, Entry container) {
        if (container.isText()) {
            job.image = container.text();
            source.take(container);
            return;
        }
        source.take(container.from());
        for (Entry key : source.entries(container)) {
            switch (key.key()) {
                case "image" -> {
                    job.image = key.text();
                    source.take(key);
                }
                case "env" -> variables(key, job.env);
                default -> source.leave(key, "a job's container has no such setting");
            }
        }
    }

    private void step(JobDraft job, Entry step) {
        Map<String, Entry> keys = new LinkedHashMap<>();
        source.entries(step).forEach(key -> keys.put(key.key(), key));
        String reason = untranslatable(keys);
        if (!reason.isEmpty()) {
            source.leaveWhole(step, reason);
            return;
        }
        Map<String, String> env = new LinkedHashMap<>();
        String name = "";
        String directory = "";
        String run = "";
        source.take(step.from());
        for (Entry key : keys.values()) {
            switch (key.key()) {
                case "run" -> {
                    run = key.text();
                    source.take(key);
                }
                case "name" -> {
                    name = key.text().contains(EXPRESSION) ? "" : key.text();
                    if (name.isEmpty()) {
                        source.leave(key, "expressions are not translated");
                    } else {
                        source.take(key);
                    }
                }
                case "working-directory" -> {
                    directory = key.text();
                    source.take(key);
                }
                case "env" -> variables(key, env);
                case "id" -> source.leave(key, "steps have no ids");
                case "timeout-minutes" -> source.leave(key, "only a job has a time limit");
                case "shell" -> source.leave(key, "bash is used where the image has it");
                default -> source.leave(key, "a step has no such key");
            }
        }
        job.steps.add(new JobDraft.Step(name, run, directory, env));
    }

    /// @return why a step is left as a whole; empty when it is translated
    private static String untranslatable(Map<String, Entry> keys) {
        Entry uses = keys.get("uses");
        Entry run = keys.get("run");
        if (uses != null) {
            return uses.text().startsWith("actions/checkout@")
                    ? "every job has the sources of its commit"
                    : "actions of GitHub cannot run here: write what it does as commands";
        }
        if (run == null || run.text().isBlank()) {
            return "it has no commands";
        }
        if (keys.containsKey("if")) {
            return "conditions are not translated in this version";
        }
        if (keys.containsKey("continue-on-error")) {
            return "a step that fails ends its job";
        }
        if (run.text().contains(EXPRESSION)) {
            return "nothing is put into scripts: expressions have no counterpart";
        }
        Entry directory = keys.get("working-directory");
        if (directory != null && Amounts.path(directory.text()).isEmpty()) {
            return "its folder is not known";
        }
        Entry shell = keys.get("shell");
        return shell == null || List.of("bash", "sh").contains(shell.text())
                ? ""
                : "its shell is not available in this version";
    }

    private void variables(Entry parent, Map<String, String> env) {
        source.take(parent.from());
        for (Entry variable : source.entries(parent)) {
            boolean named = variable.key().matches("[A-Za-z_][A-Za-z0-9_]*");
            boolean own = variable.key().startsWith("SLIPWAY_");
            if (!variable.isText() || !named || own) {
                source.leave(variable, "it is no variable with a text");
            } else if (variable.text().contains(EXPRESSION)) {
                source.leave(variable, "expressions are not translated");
            } else {
                env.put(variable.key(), variable.text());
                source.take(variable);
            }
        }
    }
}
