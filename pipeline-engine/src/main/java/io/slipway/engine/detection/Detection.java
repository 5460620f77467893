package io.slipway.engine.detection;

import io.slipway.engine.source.SourceTree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at the sources. A kind of project is offered only when a test builds, starts and asks one.
public final class Detection {
    /// What is said where nothing is known.
    public static final String UNKNOWN = "not known: add a Dockerfile";

    private static final long MOST_READ = 64L << 20;
    private static final String SPENT =
            "only the first 64 MiB of the sources were looked at: name the apps in .slipway.yml";

    private static final String DOCKERFILE = "Dockerfile";
    private static final String FROM = "FROM ";

    private final FromImages images;

    /// @param images what generated Dockerfiles begin with
    public Detection(FromImages images) {
        this.images = images;
    }

    /// How one folder is built: its Dockerfile, else by its kind.
    ///
    /// @param folder empty for the root
    /// @return empty when nothing is seen in it
    public Optional<Answer> folder(SourceTree tree, String folder) {
        ProjectFolder project = new ProjectFolder(tree, folder);
        return hasDockerfile(project) ? Optional.of(dockerfile(folder)) : kind(project);
    }

    /// The image in which a folder of a known kind is built, for jobs that name none.
    ///
    /// @param folder empty for the root
    public Optional<String> jobImage(SourceTree tree, String folder) {
        return kind(new ProjectFolder(limited(tree), folder))
                .filter(Recipe.class::isInstance)
                .map(answer -> ((Recipe) answer).generated())
                .flatMap(text -> text.lines().filter(line -> line.startsWith(FROM)).findFirst())
                .map(line -> line.substring(FROM.length()).split(" ", 2)[0]);
    }

    /// The apps of a repository that does not name them: a Dockerfile at the root, else the root's
    /// kind, else what is in folders.
    ///
    /// @param rootName the name of an app at the root
    public Found repository(SourceTree tree, String rootName) {
        LimitedTree limited = tree instanceof LimitedTree one ? one : new LimitedTree(tree);
        Found found = new Search(this, limited, rootName).run();
        return limited.left <= 0 ? found.with(SPENT) : found;
    }

    /// The same tree, of which no more than 64 MiB is read: a small push can hold one large file a
    /// hundred thousand times. What comes after that is as if it were not there.
    public static SourceTree limited(SourceTree tree) {
        return new LimitedTree(tree);
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

    static boolean hasDockerfile(ProjectFolder folder) {
        return folder.has(DOCKERFILE);
    }

    static Recipe dockerfile(String folder) {
        String path = folder.isEmpty() ? DOCKERFILE : folder + "/" + DOCKERFILE;
        return new Recipe(folder, path, null, path);
    }

    /// The kind of a folder. A language's mark says more than a page that lies beside it.
    Optional<Answer> kind(ProjectFolder folder) {
        Optional<String> line = Procfile.of(folder).main().map(Procfile.Line::command);
        return MavenProject.in(folder, line, images)
                .or(() -> GradleProject.in(folder, line, images))
                .or(() -> GoProject.in(folder, line, images))
                .or(() -> PythonProject.in(folder, line, images))
                .or(() -> NodeProject.in(folder, line, images))
                .or(() -> Unoffered.in(folder))
                .or(() -> StaticSite.in(folder, images));
    }

    private static final class LimitedTree implements SourceTree {
        private final SourceTree tree;
        private long left = MOST_READ;

        private LimitedTree(SourceTree tree) {
            this.tree = tree;
        }

        @Override
        public Optional<byte[]> file(String path, int cap) {
            if (left <= 0) {
                return Optional.empty();
            }
            Optional<byte[]> bytes = tree.file(path, cap);
            left -= bytes.map(read -> read.length).orElse(0);
            return bytes;
        }

        @Override
        public List<Entry> list(String path) {
            return tree.list(path);
        }

        @Override
        public Optional<Kind> at(String path) {
            return tree.at(path);
        }
    }

    /// Kinds that are recognised, so that the answer can name them, but that no test of ours
    /// builds.
    private static final class Unoffered {
        private static final Map<String, String> MARKS = new LinkedHashMap<>();

        static {
            MARKS.put("build.gradle.kts", "a Gradle project in Kotlin");
            MARKS.put("settings.gradle.kts", "a Gradle project in Kotlin");
            MARKS.put("settings.gradle", "a Gradle project without build.gradle");
            MARKS.put("build.sbt", "an sbt project");
            MARKS.put("Cargo.toml", "a Rust project");
            MARKS.put("Gemfile", "a Ruby project");
            MARKS.put("composer.json", "a PHP project");
            MARKS.put("mix.exs", "an Elixir project");
            MARKS.put("deno.json", "a Deno project");
            MARKS.put("Package.swift", "a Swift project");
            MARKS.put("CMakeLists.txt", "a CMake project");
        }

        private Unoffered() {}

        static Optional<Answer> in(ProjectFolder folder) {
            for (Map.Entry<String, String> mark : MARKS.entrySet()) {
                if (folder.has(mark.getKey())) {
                    return Optional.of(Answer.Unknown.notOffered(mark.getValue()));
                }
            }
            boolean dotnet =
                    folder.list("").stream()
                            .anyMatch(e -> e.name().matches(".*\\.(csproj|sln|fsproj)"));
            return dotnet
                    ? Optional.of(Answer.Unknown.notOffered("a .NET project"))
                    : Optional.empty();
        }
    }
}
