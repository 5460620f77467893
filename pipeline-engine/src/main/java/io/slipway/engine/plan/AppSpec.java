package io.slipway.engine.plan;

import io.slipway.engine.definition.Environment;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// An app as an environment runs it.
///
/// @param name the app's name
/// @param image reference of a ready image; null when the app's image is built
/// @param port what it listens on; null: EXPOSE, else the one port that is open; 0: none, a worker
/// @param health how its health is asked
/// @param command replaces the image's command; empty: the image's own
/// @param env literal values
/// @param secrets names that must have a value: variable -> name in the configuration
/// @param open whether the switch serves it under `host` (`public:` in the file)
/// @param host the public host name; null when it is not public
/// @param volumes its named volumes; an app with one is replaced by stop and start
/// @param scale how many containers; null: one
/// @param cron when it runs, UTC; null: all the time
/// @param before scripts that run once per rollout, one after the other, before its container is
///   started
public record AppSpec(
        String name,
        @Nullable String image,
        @Nullable Integer port,
        Health health,
        List<String> command,
        Map<String, String> env,
        Map<String, String> secrets,
        boolean open,
        @Nullable String host,
        List<Volume> volumes,
        Resources resources,
        Environment.@Nullable Scale scale,
        @Nullable String cron,
        List<String> before) {
    /// Specs of releases from before hooks were known say nothing of them.
    public AppSpec(
            String name,
            @Nullable String image,
            @Nullable Integer port,
            Health health,
            List<String> command,
            Map<String, String> env,
            Map<String, String> secrets,
            boolean open,
            @Nullable String host,
            List<Volume> volumes,
            Resources resources,
            Environment.@Nullable Scale scale,
            @Nullable String cron,
            @Nullable List<String> before) {
        this.name = name;
        this.image = image;
        this.port = port;
        this.health = health;
        this.command = command;
        this.env = env;
        this.secrets = secrets;
        this.open = open;
        this.host = host;
        this.volumes = volumes;
        this.resources = resources;
        this.scale = scale;
        this.cron = cron;
        this.before = before == null ? List.of() : before;
    }

    /// One container that runs all the time, without hooks.
    public AppSpec(
            String name,
            @Nullable String image,
            @Nullable Integer port,
            Health health,
            List<String> command,
            Map<String, String> env,
            Map<String, String> secrets,
            boolean open,
            @Nullable String host,
            List<Volume> volumes,
            Resources resources) {
        this(
                name, image, port, health, command, env, secrets, open, host, volumes, resources,
                null, null, null);
    }

    /// The same on another port.
    public AppSpec on(int itsPort) {
        return new AppSpec(
                name, image, itsPort, health, command, env, secrets, open, host, volumes, resources,
                scale, cron, before);
    }

    /// The same with these hooks.
    public AppSpec before(List<String> scripts) {
        return new AppSpec(
                name, image, port, health, command, env, secrets, open, host, volumes, resources,
                scale, cron, scripts);
    }

    /// A named volume.
    ///
    /// @param name unique within app and environment
    /// @param path absolute path in the container
    public record Volume(String name, String path) {}

    /// How health is asked.
    ///
    /// @param path asked over HTTP, any answer below 400 is healthy; null: `/`, any HTTP answer,
    ///   else a TCP connect
    /// @param withinMillis how long a new container has to become healthy, milliseconds
    /// @param everyMillis pause between two questions, milliseconds
    public record Health(@Nullable String path, long withinMillis, long everyMillis) {
        /// What holds when the file says nothing.
        public static final Health DEFAULT = new Health(null, 120_000, 250);
    }
}
