package io.slipway.engine.definition;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Where included files come from.
@FunctionalInterface
public interface Inclusions {
    /// A file that is wanted.
    ///
    /// @param project `[group/]name` as written; null for the file's own
    /// @param ref name of a branch or tag; null for the project's default branch
    /// @param file path from the repository's root, normalised
    record Wanted(@Nullable String project, @Nullable String ref, String file) {
        /// Reads `[group/]name:ref:file`, without a ref `[group/]name:file`.
        ///
        /// @throws IllegalArgumentException with what to write instead
        public static Wanted parse(String text) {
            String[] parts = text.split(":", -1);
            String ref = parts.length == 3 ? parts[1] : null;
            Optional<String> file = Amounts.path(parts[parts.length - 1]);
            boolean shaped = parts.length == 2 || ref != null && !ref.isBlank();
            if (!shaped || file.isEmpty() || file.get().isEmpty()) {
                throw new IllegalArgumentException(
                        "write project:ref:file, such as platform/pipelines:v1:base.yml");
            }
            try {
                return new Wanted(ProjectName.parse(parts[0]).toString(), ref, file.get());
            } catch (Fault fault) {
                throw new IllegalArgumentException(fault.message(), fault);
            }
        }

        /// What it is called where its problems are shown: `ci/java.yml`, `acme/ci:java.yml`.
        public String label() {
            return project == null ? file : project + ":" + file;
        }
    }

    /// The setting that names the file which every project includes.
    String SETTING = "SLIPWAY_INCLUDE";

    /// A file that was found.
    ///
    /// @param commit that the ref pointed to, its hex form; null for the file's own project
    record Found(String text, @Nullable String commit) {}

    /// A file that is part of a definition.
    ///
    /// @param commit as in [Found]; null for the definition's own commit
    /// @param everywhere whether every project includes it, and its definition need not say so
    /// @param apps whether it says anything of apps or environments
    record Pin(Wanted wanted, @Nullable String commit, boolean everywhere, boolean apps) {
        private static final int SHOWN = 12;

        /// For people: `includes java.yml of acme/ci at v3 (4be0a17c2e9d)`.
        public String text() {
            String ref = wanted.ref() == null ? "its default branch" : wanted.ref();
            return wanted.project() == null
                    ? "includes " + wanted.file()
                    : "includes "
                            + wanted.file()
                            + " of "
                            + wanted.project()
                            + " at "
                            + ref
                            + " ("
                            + String.valueOf(commit).substring(0, SHOWN)
                            + ")"
                            + (everywhere ? ", as every project does: " + SETTING : "");
        }
    }

    /// Finds a file, pinned from then on.
    ///
    /// @return empty when it cannot be looked at from here; the definition is then read without it
    /// @throws Fault CONFIGURATION or PERMISSION with the reason when there is none
    Optional<Found> find(Wanted wanted);

    /// The file that an operator has every project include; a definition need not say so.
    default Optional<Wanted> everywhere() {
        return Optional.empty();
    }

    /// Only files of a tree; those of other projects are left out.
    static Inclusions of(SourceTree tree) {
        return wanted ->
                wanted.project() == null ? Optional.of(own(tree, wanted)) : Optional.empty();
    }

    /// A file of the definition's own tree.
    static Found own(SourceTree tree, Wanted wanted) {
        byte[] bytes =
                tree.file(wanted.file(), YamlReader.LARGEST)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Fault.Kind.CONFIGURATION,
                                                "there is no file " + wanted.file(),
                                                "correct the path: it begins at the root"));
        return new Found(new String(bytes, StandardCharsets.UTF_8), null);
    }
}
