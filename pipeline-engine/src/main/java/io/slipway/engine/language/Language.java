package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;

import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Words;

/// The whole language of `.slipway.yml` as a table. What of it cannot be done yet is in [NotYet].
public final class Language {
    /// A key at the root that begins so may hold anything: a place for anchors.
    public static final String FREE = "x-";

    /// The root of the file.
    public static final Keys ROOT =
            keys(
                    "the file's keys",
                    "jobs: { test: { image: busybox, steps: [make test] } }",
                    key(
                            "jobs",
                            new MapOf(
                                    "names of jobs with their keys",
                                    "{ test: { image: busybox, steps: [make test] } }",
                                    Words.name("test"),
                                    JobKeys.JOB),
                            "what is checked before anything ships"),
                    key(
                            "apps",
                            new MapOf(
                                    "names of apps with their keys",
                                    "{ cart: { path: services/cart } }",
                                    Words.name("cart"),
                                    AppKeys.APP),
                            "what is built and rolled out; {} ships nothing"),
                    key(
                            "environments",
                            new MapOf(
                                    "names of environments with their keys",
                                    "{}",
                                    Words.name("production"),
                                    EnvironmentKeys.ENVIRONMENT),
                            "where apps run; {} rolls out nothing"),
                    key("env", SharedKeys.ENV, "variables of every step"),
                    key("on", TriggerKeys.ON, "what starts a run"),
                    key("concurrency", TriggerKeys.CONCURRENCY, "which runs wait for which"),
                    key("checkout", TriggerKeys.CHECKOUT, "what the workspace holds"),
                    key("include", TriggerKeys.INCLUDE, "definitions from elsewhere"),
                    key("inputs", TriggerKeys.INPUTS, "what an including file fills in"));

    private Language() {}
}
