package io.slipway.engine.workspace;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A container that runs beside a job's steps, which reach it by its name.
///
/// @param image as written a template, see [io.slipway.engine.grammar.Template]; filled in a plan
/// @param env literal values
/// @param command replaces the image's command; empty: the image's own
/// @param ready when the steps may begin; null: once it runs
public record Service(
        String name,
        String image,
        Map<String, String> env,
        List<String> command,
        @Nullable Ready ready) {
    /// What must answer.
    ///
    /// @param port from 1 to 65535
    /// @param path asked over HTTP; null: a TCP connect is enough
    public record Ready(int port, @Nullable String path) {}

    /// The same with another image.
    public Service with(String filled) {
        return new Service(name, filled, env, command, ready);
    }
}
