package io.slipway.engine.workspace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is kept of a job for later runs.
///
/// @param name for people: a tool's name or the path
/// @param folders what is kept: from the workspace's root, or below the home folder of the image's
///   user where it begins with `~/`
/// @param files patterns of files of the workspace whose content is the key; empty: one content for
///   ever
/// @param restore branches whose content is taken where there is none for the key
public record Cache(String name, List<String> folders, List<String> files, List<String> restore) {
    private static final Map<String, Cache> TOOLS =
            Stream.of(
                            tool("cargo", List.of("~/.cargo/registry"), "**/Cargo.lock"),
                            tool("go", List.of("~/go/pkg/mod", "~/.cache/go-build"), "**/go.sum"),
                            tool(
                                    "gradle",
                                    List.of("~/.gradle/caches", "~/.gradle/wrapper"),
                                    "**/*.gradle",
                                    "**/*.gradle.kts",
                                    "**/gradle-wrapper.properties"),
                            tool("maven", List.of("~/.m2/repository"), "**/pom.xml"),
                            tool("npm", List.of("~/.npm"), "**/package-lock.json"),
                            tool("pip", List.of("~/.cache/pip"), "**/requirements*.txt"),
                            tool("pnpm", List.of("~/.local/share/pnpm/store"), "**/pnpm-lock.yaml"),
                            tool("poetry", List.of("~/.cache/pypoetry"), "**/poetry.lock"),
                            tool("uv", List.of("~/.cache/uv"), "**/uv.lock"),
                            tool(
                                    "yarn",
                                    List.of("~/.cache/yarn", "~/.yarn/berry/cache"),
                                    "**/yarn.lock"))
                    .collect(
                            Collectors.toMap(
                                    Cache::name, one -> one, (a, b) -> a, LinkedHashMap::new));

    private static Cache tool(String name, List<String> folders, String... files) {
        return new Cache(name, folders, List.of(files), List.of());
    }

    /// The tools that are known by name.
    public static Set<String> tools() {
        return TOOLS.keySet();
    }

    /// The short form: a tool, else a path.
    public static Cache named(String text) {
        return Optional.ofNullable(TOOLS.get(text))
                .orElseGet(() -> new Cache(text, List.of(text), List.of(), List.of()));
    }
}
