package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.forms;
import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;
import static io.slipway.engine.grammar.Shape.list;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Words;

/// What an environment may say.
final class EnvironmentKeys {
    private static final Forms FROM =
            forms(
                    Words.pattern("a branch", "main"),
                    keys(
                            "what it takes",
                            "{ tag: \"v*\" }",
                            key("branch", SharedKeys.ONE_OR_MORE, "branches"),
                            key("tag", SharedKeys.ONE_OR_MORE, "tags"),
                            key("pull-request", TriggerKeys.BRANCHES, "one for each")));

    private static final MapOf APPS =
            new MapOf(
                    "apps with what differs here",
                    "{ cart: { scale: 1 } }",
                    Words.name("cart"),
                    keys(
                            "what may differ",
                            "{ scale: 1 }",
                            key("host", Words.host(), "its public host"),
                            key("env", SharedKeys.ENV, "its variables"),
                            key("secrets", SharedKeys.SECRETS, "secrets that it sees"),
                            key("scale", AppKeys.SCALE, "how many containers"),
                            key("resources", SharedKeys.RESOURCES, "its limits"),
                            key("health", AppKeys.HEALTH, "how its health is asked"),
                            key("volumes", AppKeys.VOLUMES, "data that stays")));

    private static final Keys ROLLOUT =
            keys(
                    "rollout's keys",
                    "{ strategy: canary, steps: [5, 25, 50] }",
                    key(
                            "strategy",
                            Words.choice("a strategy", "rolling", "blue-green", "canary"),
                            "how traffic moves"),
                    key(
                            "steps",
                            list(
                                    "a list of percentages",
                                    "[5, 25, 50]",
                                    Words.whole("a percentage", 1, 100)),
                            "shares of the traffic"));

    /// An environment.
    static final Keys ENVIRONMENT =
            keys(
                    "an environment's keys",
                    "{ from: main }",
                    key("from", FROM, "what is rolled out here"),
                    key("after", Words.name("staging"), "the environment that comes first"),
                    key("checks", SharedKeys.NAMES, "jobs that run after each rollout"),
                    key("apps", APPS, "what differs here"),
                    key(
                            "approval",
                            keys(
                                    "approval's keys",
                                    "{ by: [maintainers] }",
                                    key("by", SharedKeys.NAMES, "who may approve"),
                                    key("expires", SharedKeys.EXPIRY, "how long it waits")),
                            "who must agree"),
                    key("rollout", ROLLOUT, "how releases get here"),
                    key("expires", SharedKeys.EXPIRY, "how long it lives without a change"));

    private EnvironmentKeys() {}
}
