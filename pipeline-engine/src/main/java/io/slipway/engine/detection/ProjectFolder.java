package io.slipway.engine.detection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.engine.source.SourceTree;
import io.slipway.fault.Fault;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.toml.TomlMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One folder of the sources, as the kinds look at it. What cannot be read is as if it were not
/// there.
///
/// @param path empty for the root
record ProjectFolder(SourceTree tree, String path) {
    private static final int LARGEST = 1 << 20;
    private static final int MOST_FILES = 400;
    private static final int DEEPEST = 12;
    private static final Set<String> PASSED_OVER =
            Set.of("node_modules", "vendor", "target", "dist", "build", "venv", "__pycache__");

    boolean has(String name) {
        return tree.at(below(name)).filter(SourceTree.Kind.FILE::equals).isPresent();
    }

    boolean hasFolder(String name) {
        return tree.at(below(name)).filter(SourceTree.Kind.FOLDER::equals).isPresent();
    }

    /// The text of a file; empty when there is none.
    String text(String name) {
        try {
            return tree.file(below(name), LARGEST)
                    .map(bytes -> new String(bytes, UTF_8))
                    .orElse("");
        } catch (Fault tooLarge) {
            return "";
        }
    }

    Optional<JsonNode> json(String name) {
        return parsed(name, JsonMapper.shared());
    }

    Optional<JsonNode> toml(String name) {
        return parsed(name, TomlMapper.shared());
    }

    /// What lies directly in a folder below this one; empty for this one.
    List<SourceTree.Entry> list(String folder) {
        return tree.list(folder.isEmpty() ? path : below(folder));
    }

    /// Files with this ending below a folder, in the order of their paths; not without end.
    ///
    /// @param folder empty for this one
    List<String> files(String folder, String ending) {
        List<String> found = new ArrayList<>();
        collect(folder, ending, 1, found, new int[] {MOST_FILES});
        return found;
    }

    private void collect(String folder, String ending, int depth, List<String> found, int[] left) {
        for (SourceTree.Entry entry : list(folder)) {
            if (left[0]-- <= 0) {
                return;
            }
            String name = folder.isEmpty() ? entry.name() : folder + "/" + entry.name();
            switch (entry.kind()) {
                case FILE -> {
                    if (name.endsWith(ending)) {
                        found.add(name);
                    }
                }
                case FOLDER -> {
                    if (depth < DEEPEST
                            && !PASSED_OVER.contains(entry.name())
                            && !entry.name().startsWith(".")) {
                        collect(name, ending, depth + 1, found, left);
                    }
                }
                case OTHER -> {}
            }
        }
    }

    private Optional<JsonNode> parsed(String name, ObjectMapper mapper) {
        if (!has(name)) {
            return Optional.empty();
        }
        try {
            JsonNode root = mapper.readTree(text(name));
            return root != null && root.isObject() ? Optional.of(root) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }
}
