package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.forms;
import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;
import static io.slipway.engine.grammar.Shape.list;
import static io.slipway.engine.grammar.Shape.required;

import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.grammar.Shape;
import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Words;

import java.time.Duration;
import java.util.Optional;

/// What a job may say.
final class JobKeys {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Shape.Scalar FILES = Words.files("target/*.jar");
    private static final Shape.Scalar OUTCOME =
            Words.choice("an outcome", "success", "failure", "always");

    private static final Shape.Scalar EVENT =
            Words.choice("a trigger", "push", "pull-request", "tag", "schedule", "manual", "retry");
    private static final ListOf EVENTS = new ListOf("a list of triggers", "[push]", EVENT, 1);

    private static final Shape.Key CHANGED =
            key("changed", SharedKeys.PATTERNS, "one of these files has changed");
    private static final Shape.Key BRANCH = key("branch", SharedKeys.ONE_OR_MORE, "branches");
    private static final Shape.Key TAG = key("tag", SharedKeys.ONE_OR_MORE, "tags");
    private static final Shape.Key TRIGGER = key("event", forms(EVENT, EVENTS), "triggers");

    /// What is known when a run is planned.
    static final Keys PLANNED =
            keys("conditions", "{ branch: main }", CHANGED, BRANCH, TAG, TRIGGER);

    private static final Forms WHEN =
            forms(
                    OUTCOME,
                    keys(
                            "conditions",
                            "{ branch: main }",
                            CHANGED,
                            BRANCH,
                            TAG,
                            TRIGGER,
                            key("outcome", OUTCOME, "how what it needs has ended")));

    private static final Keys STEP =
            keys(
                    "a step's keys",
                    "{ name: unit tests, run: make test }",
                    key("name", Words.script("a name", "unit tests"), "what people see"),
                    required("run", Words.script("a script", "make test"), "the script"),
                    key("env", SharedKeys.ENV, "variables of this step"),
                    key("dir", Words.path("a folder", "services"), "where it starts"),
                    key("when", WHEN, "whether it runs"),
                    key("image", Words.image("python:3"), "an image of its own"),
                    key("shell", Words.choice("a shell", "sh", "bash"), "what runs the script"));

    private static final ListOf STEPS =
            new ListOf(
                    "a list of steps",
                    "[make test]",
                    forms(Words.script("a command", "make test"), STEP),
                    1);

    private static final MapOf SERVICES =
            new MapOf(
                    "services",
                    "{ postgres: { image: \"postgres:18\" } }",
                    Words.name("postgres"),
                    keys(
                            "a service's keys",
                            "{ image: \"postgres:18\" }",
                            required("image", Words.image("postgres:18"), "image"),
                            key("env", SharedKeys.ENV, "its variables"),
                            key("command", SharedKeys.COMMAND, "replaces the image's command"),
                            key(
                                    "ready",
                                    keys(
                                            "a condition",
                                            "{ tcp: 5432 }",
                                            key("tcp", Words.otherPort(), "a port that answers"),
                                            key("http", Words.healthPath(), "a path that answers"),
                                            key(
                                                    "port",
                                                    Words.otherPort(),
                                                    "where the path is asked")),
                                    "when the steps may begin")));

    private static final ListOf CACHE =
            list(
                    "a list of caches",
                    "[maven]",
                    forms(
                            Words.kept(),
                            keys(
                                    "a cache's keys",
                                    "{ path: .cache }",
                                    required("path", Words.kept(), "what is kept"),
                                    key("files", SharedKeys.PATTERNS, "what its key is made of"),
                                    key("restore", SharedKeys.NAMES, "branches to take it from"))));

    private static final ListOf ARTIFACTS =
            list(
                    "a list of artifacts",
                    "[\"target/*.jar\"]",
                    forms(
                            FILES,
                            keys(
                                    "an artifact's keys",
                                    "{ path: \"target/*.jar\", keep: 7d }",
                                    required("path", FILES, "the files"),
                                    key("keep", SharedKeys.EXPIRY, "how long; default 30d"),
                                    key("when", WHEN, "whether they are kept"))));

    private static final Keys RETRY =
            keys(
                    "retry's keys",
                    "{ times: 2, on: [errored] }",
                    required("times", Words.whole("a number", 1, 10), "how often"),
                    key(
                            "on",
                            new ListOf(
                                    "a list of outcomes",
                                    "[errored]",
                                    Words.choice("an outcome", "errored", "failed"),
                                    1),
                            "after which; default errored"));

    private static final ListOf NEEDS =
            list(
                    "a list of names",
                    "[test, lint]",
                    forms(
                            Words.text("a name", "test"),
                            keys(
                                    "a need's keys",
                                    "{ job: test, optional: true }",
                                    required("job", Words.text("a name", "test"), "which job"),
                                    key("optional", Words.truth(), "whether it may be absent"))));

    private static final Shape.Scalar VALUE =
            new Shape.Scalar(
                    "a value of one line and at most 60 characters",
                    "21",
                    Words.literal("text", "21").schema(),
                    Shape.Dollar.LITERAL,
                    JobKeys::matrixValue);

    private static final MapOf MATRIX =
            new MapOf(
                    "variables with lists of values",
                    "{ jdk: [21, 25] }",
                    Words.name("jdk"),
                    new ListOf(
                            "a list of values",
                            "[21, 25]",
                            forms(
                                    VALUE,
                                    new MapOf("values", "{ jdk: 21 }", Words.name("jdk"), VALUE)),
                            1));

    /// A job.
    static final Keys JOB =
            keys(
                    "a job's keys",
                    "{ image: busybox, steps: [make test] }",
                    key(
                            "image",
                            Words.image("busybox"),
                            "the image that the steps run in; default: that of the sources' kind"),
                    required("steps", STEPS, "what it does, in order; the first failure ends it"),
                    key("needs", NEEDS, "jobs that must succeed first"),
                    key("env", SharedKeys.ENV, "variables of all its steps"),
                    key("dir", Words.path("a folder", "services"), "where its steps start"),
                    key(
                            "timeout",
                            Words.duration(Duration.ofSeconds(1), DAY),
                            "the longest time for all steps together"),
                    key("resources", SharedKeys.RESOURCES, "its limits"),
                    key(
                            "network",
                            Words.choice("a network", "egress", "none"),
                            "egress: out of the job; none: no way out"),
                    key("matrix", MATRIX, "one job for each combination"),
                    key("when", WHEN, "whether it runs"),
                    key("services", SERVICES, "containers beside its steps"),
                    key("cache", CACHE, "what is kept between runs"),
                    key("retry", RETRY, "how often it is tried again"),
                    key("secrets", SharedKeys.SECRETS, "secrets that its steps see"),
                    key(
                            "reports",
                            keys(
                                    "reports",
                                    "{ junit: \"**/*.xml\" }",
                                    key("junit", FILES, "in the form of JUnit")),
                            "files with results"),
                    key("artifacts", ARTIFACTS, "files that are kept"),
                    key(
                            "environment",
                            Words.name("production"),
                            "where it deploys: only for what that takes"),
                    key("generate", Words.path("a file", "jobs.yml"), "adds jobs to the run"));

    private JobKeys() {}

    /// Values stand in the names of jobs.
    private static Optional<Mistake> matrixValue(String text) {
        boolean fits = !text.isBlank() && text.length() <= 60 && !text.matches("(?s).*\\p{C}.*");
        return fits
                ? Optional.empty()
                : Optional.of(
                        new Mistake(
                                Quoted.of(text)
                                        + " is not a value of one line and at most 60 characters",
                                "write something like 21"));
    }
}
