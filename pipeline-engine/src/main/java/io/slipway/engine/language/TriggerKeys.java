package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.forms;
import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;
import static io.slipway.engine.grammar.Shape.list;
import static io.slipway.engine.grammar.Shape.required;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Words;

/// What may be said about when a run starts and of what a definition is put together.
final class TriggerKeys {
    static final Keys BRANCHES =
            keys(
                    "a filter",
                    "{ branches: [main] }",
                    key("branches", SharedKeys.PATTERNS, "only these"),
                    key("paths", SharedKeys.PATTERNS, "only if one of these files has changed"));

    private static final MapOf INPUT_VALUES =
            new MapOf(
                    "inputs with values",
                    "{ jdk: 25 }",
                    Words.name("jdk"),
                    Words.literal("text", "25"));

    /// Inputs that somebody, or an including file, fills in.
    static final MapOf INPUTS =
            new MapOf(
                    "inputs",
                    "{ level: { options: [info, debug], default: info } }",
                    Words.name("level"),
                    keys(
                            "an input's keys",
                            "{ options: [info, debug], default: info }",
                            key(
                                    "about",
                                    Words.text("a sentence", "how much is logged"),
                                    "for people"),
                            key(
                                    "type",
                                    Words.choice("a type", "text", "number", "boolean"),
                                    "what is accepted"),
                            key(
                                    "options",
                                    list("a list", "[info, debug]", Words.literal("text", "info")),
                                    "the only values"),
                            key("default", Words.literal("text", "info"), "when nothing is given"),
                            key("required", Words.truth(), "whether one must be given")));

    private static final ListOf SCHEDULE =
            list(
                    "a list of schedules",
                    "[{ cron: \"0 3 * * 1-5\" }]",
                    keys(
                            "a schedule's keys",
                            "{ cron: \"0 3 * * 1-5\" }",
                            required("cron", Words.cron(), "minute, hour, day, month, weekday"),
                            key("zone", Words.zone(), "default: UTC"),
                            key(
                                    "branch",
                                    Words.text("a branch", "main"),
                                    "default: the default branch"),
                            key(
                                    "missed",
                                    Words.choice("a policy", "once", "skip"),
                                    "what came while nobody was there; default: once")));

    static final Keys ON =
            keys(
                    "triggers",
                    "{ push: { branches: [main] } }",
                    key("push", BRANCHES, "a push to a branch"),
                    key("pull-request", BRANCHES, "by its target branch"),
                    key(
                            "tag",
                            keys(
                                    "a filter",
                                    "{ names: [\"v*\"] }",
                                    key("names", SharedKeys.PATTERNS, "only these")),
                            "a push of a tag"),
                    key("schedule", SCHEDULE, "at times"),
                    key(
                            "manual",
                            keys("inputs", "{ inputs: {} }", key("inputs", INPUTS, "asked for")),
                            "by hand"));

    static final Keys CONCURRENCY =
            keys(
                    "concurrency's keys",
                    "{ per: branch, policy: latest }",
                    key("per", Words.choice("a scope", "branch", "project"), "what shares a queue"),
                    key(
                            "group",
                            Words.template("a name", "deploy-${branch}"),
                            "a queue's own name"),
                    key(
                            "policy",
                            Words.choice("a policy", "cancel-running", "queue", "latest"),
                            "what happens to the others"));

    static final Forms CHECKOUT =
            forms(
                    Words.choice("none", "none"),
                    keys(
                            "checkout's keys",
                            "{ depth: 1 }",
                            key("depth", Words.whole("a number", 0, 1_000_000), "0: everything"),
                            key("submodules", Words.truth(), "with submodules"),
                            key("lfs", Words.truth(), "with large files")));

    static final ListOf INCLUDE =
            list(
                    "a list of files",
                    "[{ project: platform/pipelines, ref: v3, file: java.yml }]",
                    keys(
                            "an include's keys",
                            "{ file: java.yml }",
                            key(
                                    "project",
                                    Words.text("a project", "platform/pipelines"),
                                    "of which project; default: this one"),
                            key("ref", Words.text("a tag or branch", "v3"), "pinned when planned"),
                            required("file", Words.path("a file", "java.yml"), "which file"),
                            key("with", INPUT_VALUES, "fills its inputs")));

    private TriggerKeys() {}
}
