package io.slipway.engine.translation;

import io.slipway.engine.translation.SourceText.Entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A `.gitlab-ci.yml`. All commands of a job run in one shell there, so they are one step here.
final class GitlabPipeline {
    private static final String AFTER =
            "what runs after a failure is not translated in this version";
    private static final Set<String> WHOLE =
            Set.of(
                    "rules",
                    "only",
                    "except",
                    "when",
                    "extends",
                    "trigger",
                    "parallel",
                    "environment",
                    "allow_failure",
                    "inherit",
                    "resource_group",
                    "release",
                    "run");
    private static final Map<String, String> KEYS =
            Map.of(
                    "services",
                            "services are not taken over: write those of each job under services",
                    "cache", "caches are not available in this version",
                    "artifacts", "artifacts are not available in this version",
                    "dependencies", "artifacts are not available in this version",
                    "coverage", "coverage is not read",
                    "tags", "jobs run on Slipway's runner",
                    "retry", "retries are not available in this version",
                    "interruptible", "not translated in this version",
                    "after_script", AFTER,
                    "timeout", "not translated in this version");
    private static final Set<String> GLOBAL =
            Set.of(
                    "default",
                    "include",
                    "workflow",
                    "stages",
                    "variables",
                    "image",
                    "services",
                    "cache",
                    "before_script",
                    "after_script",
                    "spec");
    private static final List<String> STAGES = List.of(".pre", "build", "test", "deploy", ".post");

    private final SourceText source;
    private final Drafts drafts;
    private final List<Entry> images = new ArrayList<>();
    private final List<Entry> beforeScripts = new ArrayList<>();
    private final List<String> before = new ArrayList<>();
    private final Map<String, String> stageOf = new LinkedHashMap<>();
    private List<String> stages = STAGES;
    private String image = "";
    private String refused = "";

    GitlabPipeline(SourceText source, Drafts drafts) {
        this.source = source;
        this.drafts = drafts;
    }

    void read() {
        source.root().stream().filter(e -> GLOBAL.contains(e.key())).forEach(this::global);
        List<JobDraft> jobs = new ArrayList<>();
        for (Entry entry : source.root()) {
            if (entry.key().startsWith(".")) {
                source.leave(entry, "templates are not translated in this version");
            } else if (!GLOBAL.contains(entry.key())) {
                jobs.add(job(entry));
            }
        }
        for (JobDraft job : jobs) {
            stages(job, jobs);
            drafts.add(job);
        }
    }

    private void global(Entry entry) {
        switch (entry.key()) {
            case "image" -> {
                image = name(entry);
                images.add(entry);
            }
            case "variables" -> variables(entry, drafts.env());
            case "before_script" -> {
                before.clear();
                before.addAll(texts(entry));
                beforeScripts.clear();
                beforeScripts.add(entry);
            }
            case "default" -> {
                source.take(entry.from());
                source.entries(entry).forEach(this::global);
            }
            case "stages" -> {
                stages = source.items(entry).stream().map(Entry::text).toList();
                source.leave(entry, "their order is in needs");
            }
            case "include", "spec" -> {
                source.leave(entry, "files that are included are not translated");
                refused = "the file includes others, which may change it";
            }
            case "workflow" -> {
                source.leave(entry, "rules are not translated in this version");
                refused = "rules of the workflow decide whether it runs";
            }
            case "after_script" -> source.leave(entry, AFTER);
            default -> source.leave(entry, KEYS.getOrDefault(entry.key(), "not translated"));
        }
    }

    private JobDraft job(Entry entry) {
        JobDraft job = new JobDraft(entry);
        job.image = image;
        List<String> prepare = before;
        List<String> script = List.of();
        stageOf.put(job.id, "test");
        boolean needs = false;
        boolean ownImage = false;
        source.take(entry.from());
        for (Entry key : source.entries(entry)) {
            switch (key.key()) {
                case "image" -> {
                    job.image = image(key);
                    ownImage = true;
                }
                case "stage" -> {
                    stageOf.put(job.id, key.text());
                    source.leave(key, "its order is in needs");
                }
                case "variables" -> variables(key, job.env);
                case "before_script" -> prepare = commands(key);
                case "script" -> script = commands(key);
                case "needs" -> {
                    needs = true;
                    needs(job, key);
                }
                default -> other(job, key);
            }
        }
        if (!script.isEmpty()) {
            List<String> all = new ArrayList<>(prepare);
            all.addAll(script);
            if (prepare == before) {
                job.shared.addAll(beforeScripts);
            }
            if (!ownImage) {
                job.shared.addAll(images);
            }
            String run = String.join("\n", all);
            job.steps.add(new JobDraft.Step("", run, "", Map.of()));
        }
        if (needs) {
            stageOf.remove(job.id);
        }
        if (!refused.isEmpty()) {
            job.refuse(refused);
        }
        return job;
    }

    private static void refuse(JobDraft job, String key) {
        job.refuse(key + " is not translated in this version");
    }

    private void other(JobDraft job, Entry key) {
        if (WHOLE.contains(key.key())) {
            refuse(job, key.key());
        }
        String reason = KEYS.get(key.key());
        if (reason != null) {
            source.leave(key, reason);
        }
    }

    private void needs(JobDraft job, Entry key) {
        for (Entry item : source.items(key)) {
            if (item.isText()) {
                job.needs.add(item.text());
            } else {
                refuse(job, "a long form of needs");
            }
        }
        source.take(key);
    }

    /// Without needs a job waits for everything in earlier stages.
    private void stages(JobDraft job, List<JobDraft> jobs) {
        String own = stageOf.get(job.id);
        if (own == null) {
            return;
        }
        int order = stages.indexOf(own);
        for (JobDraft other : jobs) {
            String stage = stageOfAny(other);
            if (stages.indexOf(stage) < order) {
                job.needs.add(other.id);
            }
        }
    }

    private String stageOfAny(JobDraft job) {
        for (Entry key : source.entries(job.source)) {
            if (key.key().equals("stage")) {
                return key.text();
            }
        }
        return "test";
    }

    private String image(Entry entry) {
        if (entry.isText()) {
            source.take(entry);
            return entry.text();
        }
        String name = "";
        source.take(entry.from());
        for (Entry key : source.entries(entry)) {
            if (key.key().equals("name")) {
                name = key.text();
                source.take(key);
            } else {
                source.leave(key, "an image's entry point is not run");
            }
        }
        return name;
    }

    private String name(Entry image) {
        return image.isText()
                ? image.text()
                : source.entries(image).stream()
                        .filter(key -> key.key().equals("name"))
                        .map(Entry::text)
                        .findFirst()
                        .orElse("");
    }

    private List<String> commands(Entry entry) {
        for (Entry item : source.items(entry)) {
            if (!item.text().isBlank()) {
                source.take(item);
            }
        }
        source.take(entry.from());
        return texts(entry);
    }

    private List<String> texts(Entry entry) {
        return source.items(entry).stream()
                .map(item -> item.text().stripTrailing())
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private void variables(Entry parent, Map<String, String> env) {
        source.take(parent.from());
        for (Entry variable : source.entries(parent)) {
            boolean named = variable.key().matches("[A-Za-z_][A-Za-z0-9_]*");
            if (!variable.isText() || !named || variable.key().startsWith("SLIPWAY_")) {
                source.leave(variable, "it is no variable with a text");
            } else if (variable.text().contains("$")) {
                source.leave(variable, "variables are not put into variables");
            } else {
                env.put(variable.key(), variable.text());
                source.take(variable);
            }
        }
    }
}
