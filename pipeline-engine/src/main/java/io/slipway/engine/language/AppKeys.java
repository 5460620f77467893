package io.slipway.engine.language;

import static io.slipway.engine.grammar.Shape.forms;
import static io.slipway.engine.grammar.Shape.key;
import static io.slipway.engine.grammar.Shape.keys;
import static io.slipway.engine.grammar.Shape.list;
import static io.slipway.engine.grammar.Shape.required;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Words;

import java.time.Duration;

/// What an app may say.
final class AppKeys {
    private static final ListOf PLATFORMS =
            new ListOf(
                    "a list of platforms",
                    "[linux/amd64]",
                    Words.choice("a platform", "linux/amd64", "linux/arm64", "linux/arm/v7"),
                    1);

    private static final Keys BUILD =
            keys(
                    "build's keys",
                    "{ dockerfile: docker/Dockerfile }",
                    key("context", Words.path("a folder", "services/cart"), "what is sent to it"),
                    key("dockerfile", Words.path("a file", "docker/Dockerfile"), "the Dockerfile"),
                    key("target", Words.text("a stage", "runtime"), "the stage that is built"),
                    key("args", SharedKeys.ENV, "build arguments"),
                    key("platforms", PLATFORMS, "the machines it is for"),
                    key("needs", SharedKeys.NAMES, "jobs whose artifacts it takes"),
                    key("push", Words.repository(), "where it goes"),
                    key(
                            "tags",
                            new ListOf("a list of tags", "[\"${commit}\"]", Words.tag(), 1),
                            "its tags"));

    static final Forms HEALTH =
            forms(
                    Words.healthPath(),
                    keys(
                            "health's keys",
                            "{ path: /healthz, within: 120s }",
                            key("path", Words.healthPath(), "asked over HTTP"),
                            key(
                                    "within",
                                    Words.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                                    "how long a new container has to become healthy"),
                            key(
                                    "every",
                                    Words.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
                                    "the pause between two questions")));

    static final ListOf VOLUMES =
            list(
                    "a list of volumes",
                    "[{ name: data, path: /data }]",
                    keys(
                            "a volume's keys",
                            "{ name: data, path: /data }",
                            required("name", Words.name("data"), "unique in the app"),
                            required("path", Words.mount(), "where it is in the container")));

    static final Forms SCALE =
            forms(
                    Words.whole("a number", 0, 1000),
                    keys(
                            "scale's keys",
                            "{ min: 2, max: 10 }",
                            key("min", Words.whole("a number", 0, 1000), "at least"),
                            key("max", Words.whole("a number", 1, 1000), "at most"),
                            key("cpu", Words.whole("a percentage", 1, 100), "the wanted load")));

    private static final Keys HOOKS =
            keys(
                    "hooks",
                    "{ before: [bin/migrate] }",
                    key(
                            "before",
                            list(
                                    "a list of commands",
                                    "[bin/migrate]",
                                    Words.script("a command", "bin/migrate")),
                            "runs once per rollout, before traffic moves"));

    /// An app.
    static final Keys APP =
            keys(
                    "an app's keys",
                    "{ path: services/cart }",
                    key("path", Words.path("a folder", "services/cart"), "the app's folder"),
                    key("build", BUILD, "how its image is built"),
                    key("image", Words.image("postgres:18"), "a ready image"),
                    key("use", Words.text("an app", "cart"), "takes the image of another app"),
                    key("port", Words.port(), "what it listens on; none for a worker"),
                    key("health", HEALTH, "how its health is asked"),
                    key("command", SharedKeys.COMMAND, "replaces the image's command"),
                    key("env", SharedKeys.ENV, "its variables"),
                    key("secrets", SharedKeys.SECRETS, "secrets that it sees"),
                    key("public", Words.truth(), "whether it has a public host"),
                    key("host", Words.host(), "its public host"),
                    key("volumes", VOLUMES, "data that stays over rollouts"),
                    key("resources", SharedKeys.RESOURCES, "its limits"),
                    key("needs", SharedKeys.NAMES, "jobs and apps that hold back its rollout"),
                    key("when", JobKeys.PLANNED, "whether it is built"),
                    key("hooks", HOOKS, "what runs around a rollout"),
                    key("scale", SCALE, "how many containers"),
                    key("cron", Words.cron(), "runs it at times"));

    private AppKeys() {}
}
