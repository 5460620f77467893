package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.forms;
import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;
import static io.slipway.engine.grammar.Shape.list;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Shape.Scalar;
import io.slipway.engine.grammar.Words;

import java.time.Duration;

/// What several parts of the language may say alike.
final class SharedKeys {
    private static final Scalar PATTERN = Words.pattern("a pattern", "release/**");

    static final Scalar EXPIRY = Words.duration(Duration.ofMinutes(1), Duration.ofDays(365));

    static final ListOf PATTERNS =
            new ListOf("a list of patterns", "[main, \"release/**\"]", PATTERN, 1);

    static final Forms ONE_OR_MORE = forms(PATTERN, PATTERNS);

    static final ListOf NAMES =
            list("a list of names", "[test, lint]", Words.text("a name", "test"));

    static final ListOf COMMAND =
            new ListOf(
                    "a list of words",
                    "[bin/worker, --fast]",
                    Words.literal("a word", "bin/worker"),
                    1);

    static final MapOf ENV =
            new MapOf(
                    "variables with values",
                    "{ LANG: C.UTF-8 }",
                    Words.variable(),
                    Words.literal("text", "C.UTF-8"));

    static final Forms SECRETS =
            forms(
                    list("a list of names", "[DATABASE_URL]", Words.variable()),
                    new MapOf(
                            "variables with names of secrets",
                            "{ TOKEN: DEPLOY_TOKEN }",
                            Words.variable(),
                            Words.secretName()));

    static final Keys RESOURCES =
            keys(
                    "limits",
                    "{ cpu: 2, memory: 2Gi }",
                    key("cpu", Words.cpu(), "processors, such as 2 or 250m"),
                    key("memory", Words.size(), "memory, such as 512Mi"),
                    key("pids", Words.whole("a number", 1, 4_194_304), "processes and threads"));

    private SharedKeys() {}
}
