package io.slipway.engine.detection;

import io.slipway.engine.source.SourceTree;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Finds the apps of one repository. Nothing below an app is another app.
final class Search {
    private static final int DEEPEST = 3;
    private static final int MOST_FOLDERS = 500;
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

    private final Detection detection;
    private final SourceTree tree;
    private final AppNames names;
    private final List<Found.App> apps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int left = MOST_FOLDERS;

    Search(Detection detection, SourceTree tree, String rootName) {
        this.detection = detection;
        this.tree = tree;
        this.names = new AppNames(rootName);
    }

    Found run() {
        ProjectFolder root = new ProjectFolder(tree, "");
        Optional<Answer> answer = detection.folder(tree, "");
        if (Detection.hasDockerfile(root)) {
            answer.ifPresent(found -> app((Recipe) found));
            if (root.has(Procfile.NAME)) {
                notes.add("Procfile is not read: the Dockerfile says what starts");
            }
            return found();
        }
        boolean whole =
                answer.map(a -> !(a instanceof Answer.Unknown unknown) || unknown.whole())
                        .orElse(false);
        below("", 1, !whole, answer.isEmpty());
        if (apps.isEmpty()) {
            answer.ifPresent(found -> root(found));
        }
        if (apps.isEmpty() && answer.isEmpty()) {
            notes.addFirst("the kind of this project is " + Detection.UNKNOWN);
        }
        return found();
    }

    private void root(Answer answer) {
        switch (answer) {
            case Recipe recipe -> app(recipe);
            case Answer.Unknown unknown -> notes.addFirst("found " + unknown.text());
        }
    }

    private Found found() {
        return new Found(List.copyOf(apps), List.copyOf(notes));
    }

    /// @param kinds whether folders without a Dockerfile may be apps
    /// @param sites whether pages alone may
    private void below(String folder, int depth, boolean kinds, boolean sites) {
        for (SourceTree.Entry entry : tree.list(folder)) {
            boolean look =
                    entry.kind() == SourceTree.Kind.FOLDER
                            && !entry.name().startsWith(".")
                            && !PASSED_OVER.contains(entry.name().toLowerCase(Locale.ROOT));
            if (!look || left-- <= 0) {
                continue;
            }
            String path = folder.isEmpty() ? entry.name() : folder + "/" + entry.name();
            boolean deeper = one(path, kinds, sites);
            if (deeper && depth < DEEPEST) {
                below(path, depth + 1, kinds, sites);
            }
        }
    }

    /// @return whether there may be apps below this folder
    private boolean one(String path, boolean kinds, boolean sites) {
        ProjectFolder folder = new ProjectFolder(tree, path);
        if (Detection.hasDockerfile(folder)) {
            app(Detection.dockerfile(path));
            return false;
        }
        Optional<Answer> answer = kinds ? detection.kind(folder) : Optional.empty();
        if (answer.isEmpty()) {
            return true;
        }
        switch (answer.get()) {
            case Recipe recipe -> {
                boolean site = recipe.why().startsWith(StaticSite.TITLE);
                if (!site || sites) {
                    app(recipe);
                    return false;
                }
                return true;
            }
            case Answer.Unknown unknown -> {
                notes.add("passed over " + path + ", " + unknown.text());
                return !unknown.whole();
            }
        }
    }

    private void app(Recipe recipe) {
        boolean generated = recipe.generated() != null;
        Procfile procfile =
                generated
                        ? Procfile.of(new ProjectFolder(tree, recipe.folder()))
                        : new Procfile(List.of());
        Optional<Procfile.Line> noWeb = procfile.main().filter(line -> !line.isWeb());
        boolean worker = noWeb.isPresent();
        String name =
                noWeb.map(line -> names.process(recipe.folder(), line.process()))
                        .orElseGet(() -> names.folder(recipe.folder()));
        String where = generated && !recipe.folder().isEmpty() ? recipe.folder() + ", " : "";
        notes.add("found " + where + recipe.why() + " -> app " + name);
        List<String> before = procfile.release().map(Procfile.Line::command).stream().toList();
        before.forEach(
                line -> notes.add("found release in Procfile -> runs before rollouts of " + name));
        apps.add(new Found.App(name, recipe, null, List.of(), worker, before, List.of()));
        // What release does is done before anything of the new version starts.
        List<String> needs = before.isEmpty() ? List.of() : List.of(name);
        for (Procfile.Line line : procfile.others()) {
            String other = names.process(recipe.folder(), line.process());
            notes.add("found " + line.process() + " in Procfile -> app " + other);
            List<String> command = Start.shell(line.command());
            apps.add(new Found.App(other, null, name, command, true, List.of(), needs));
        }
    }

    /// Names for the apps of one repository, each given once.
    private static final class AppNames {
        private static final int LONGEST = 40;

        private final String root;
        private final Set<String> taken = new LinkedHashSet<>();

        AppNames(String root) {
            this.root = root;
        }

        /// The folder's last part as a name; with the parts before it where that is taken.
        String folder(String folder) {
            return taken(folder.isEmpty() ? root : free(folder.split("/")));
        }

        /// A process of a Procfile, in front of it the folder's name.
        String process(String folder, String process) {
            String last = folder.substring(folder.lastIndexOf('/') + 1);
            return taken(free(folder.isEmpty() ? process : last + "-" + process));
        }

        private String taken(String name) {
            taken.add(name);
            return name;
        }

        private String free(String... parts) {
            String name = "";
            for (int i = parts.length - 1; i >= 0; i--) {
                name = asName(name.isEmpty() ? parts[i] : parts[i] + "-" + name);
                if (!taken.contains(name)) {
                    return name;
                }
            }
            int number = 2;
            while (taken.contains(cut(name, LONGEST - 4) + "-" + number)) {
                number++;
            }
            return cut(name, LONGEST - 4) + "-" + number;
        }

        private static String asName(String text) {
            String name =
                    text.toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]+", "-")
                            .replaceAll("^[^a-z]+", "")
                            .replaceAll("-+$", "");
            return name.isEmpty() ? "app" : cut(name, LONGEST);
        }

        private static String cut(String name, int length) {
            return name.length() <= length ? name : name.substring(0, length).replaceAll("-+$", "");
        }
    }
}
