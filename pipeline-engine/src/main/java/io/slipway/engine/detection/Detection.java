package io.slipway.engine.detection;

import io.slipway.engine.source.SourceTree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Looks at the sources. A kind of project is offered only when a test builds, starts and asks one.
public final class Detection {
    /// What is said where nothing is known.
    public static final String UNKNOWN = "not known: add a Dockerfile";

    private static final String DOCKERFILE = "Dockerfile";
    private static final int DEEPEST = 3;
    private static final int MOST_FOLDERS = 500;
    private static final int LONGEST_NAME = 40;
    private static final Set<String> PASSED_OVER =
            Set.of(
                    "node_modules",
                    "vendor",
                    "third_party",
                    "target",
                    "dist",
                    "docs",
                    "example",
                    "examples",
                    "test",
                    "tests",
                    "testdata");

    private Detection() {}

    /// How one folder is built: its Dockerfile, else by its kind.
    ///
    /// @param folder empty for the root
    /// @return empty when it is not known
    public static Optional<Recipe> folder(SourceTree tree, String folder) {
        String dockerfile = below(folder, DOCKERFILE);
        if (isFile(tree, dockerfile)) {
            return Optional.of(new Recipe(folder, dockerfile, null, dockerfile));
        }
        return StaticSite.in(tree, folder);
    }

    /// The apps of a repository that does not name them: a Dockerfile at the root, else Dockerfiles
    /// in folders, else the root's kind.
    ///
    /// @param rootName the name of an app at the root
    public static Found repository(SourceTree tree, String rootName) {
        SequencedMap<String, Recipe> apps = new LinkedHashMap<>();
        if (!isFile(tree, DOCKERFILE)) {
            List<String> folders = new ArrayList<>();
            search(tree, "", 1, folders, new int[] {MOST_FOLDERS});
            folders.forEach(folder -> apps.put(name(folder, apps.keySet()), dockerfileIn(folder)));
        }
        if (apps.isEmpty()) {
            folder(tree, "").ifPresent(recipe -> apps.put(rootName, recipe));
        }
        List<String> notes = new ArrayList<>();
        apps.forEach((app, recipe) -> notes.add("found " + recipe.why() + " -> app " + app));
        if (apps.isEmpty()) {
            notes.add("the kind of this project is " + UNKNOWN);
        }
        return new Found(apps, List.copyOf(notes));
    }

    /// The lines of a generated Dockerfile as they are shown.
    public static List<String> shown(Recipe recipe) {
        List<String> lines = new ArrayList<>();
        if (recipe.generated() != null) {
            lines.add("it is built by this Dockerfile, which you can commit and change:");
            recipe.generated().lines().forEach(line -> lines.add("  " + line));
        }
        return lines;
    }

    static String below(String folder, String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    private static Recipe dockerfileIn(String folder) {
        String path = below(folder, DOCKERFILE);
        return new Recipe(folder, path, null, path);
    }

    private static boolean isFile(SourceTree tree, String path) {
        return tree.at(path).filter(SourceTree.Kind.FILE::equals).isPresent();
    }

    /// Folders that hold a Dockerfile; nothing below one of them is looked at.
    private static void search(
            SourceTree tree, String folder, int depth, List<String> found, int[] left) {
        for (SourceTree.Entry entry : tree.list(folder)) {
            boolean look =
                    entry.kind() == SourceTree.Kind.FOLDER
                            && !entry.name().startsWith(".")
                            && !PASSED_OVER.contains(entry.name().toLowerCase(Locale.ROOT));
            if (!look || left[0]-- <= 0) {
                continue;
            }
            String path = below(folder, entry.name());
            if (isFile(tree, below(path, DOCKERFILE))) {
                found.add(path);
            } else if (depth < DEEPEST) {
                search(tree, path, depth + 1, found, left);
            }
        }
    }

    /// The folder's last part as a name; with the parts before it where that is taken.
    private static String name(String folder, Set<String> taken) {
        String[] parts = folder.split("/");
        String name = "";
        for (int i = parts.length - 1; i >= 0; i--) {
            name = asName(name.isEmpty() ? parts[i] : parts[i] + "-" + name);
            if (!taken.contains(name)) {
                return name;
            }
        }
        int number = 2;
        while (taken.contains(cut(name, LONGEST_NAME - 4) + "-" + number)) {
            number++;
        }
        return cut(name, LONGEST_NAME - 4) + "-" + number;
    }

    private static String asName(String text) {
        String name =
                text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^[^a-z]+", "")
                        .replaceAll("-+$", "");
        return name.isEmpty() ? "app" : cut(name, LONGEST_NAME);
    }

    private static String cut(String name, int length) {
        return name.length() <= length ? name : name.substring(0, length).replaceAll("-+$", "");
    }
}
