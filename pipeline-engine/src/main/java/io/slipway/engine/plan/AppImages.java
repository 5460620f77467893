package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Limits;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.detection.Answer;
import io.slipway.engine.detection.Detection;
import io.slipway.engine.detection.Found;
import io.slipway.engine.detection.Recipe;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.grammar.Words;
import io.slipway.engine.graph.When;
import io.slipway.engine.source.SourceTree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which apps there are, and where the image of each comes from.
final class AppImages {
    private static final int LONGEST_TAG = 128;

    private final Pipeline pipeline;
    private final SourceTree tree;
    private final Map<String, String> variables;
    private final Detection detection;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    AppImages(
            Pipeline pipeline,
            SourceTree tree,
            Map<String, String> variables,
            Detection detection) {
        this.detection = detection;
        this.pipeline = pipeline;
        this.tree = Detection.limited(tree);
        this.variables = variables;
    }

    List<Problem> problems() {
        return problems;
    }

    List<String> notes() {
        return notes;
    }

    /// @param rootName the name of an app that is found at the root
    List<PlannedApp> find(String rootName) {
        List<PlannedApp> apps = new ArrayList<>();
        if (pipeline.apps() == null) {
            Found found = detection.repository(tree, rootName);
            notes.addAll(found.notes());
            found.apps().forEach(app -> apps.add(detected(app)));
        } else {
            pipeline.apps().values().forEach(app -> planned(app).ifPresent(apps::add));
        }
        return apps;
    }

    private PlannedApp detected(Found.App found) {
        String name = found.name();
        Recipe recipe = found.recipe();
        if (pipeline.jobs().containsKey(name)) {
            problems.add(
                    pipeline.places()
                            .problem(
                                    "jobs." + name,
                                    "the app that was found has this name too",
                                    "rename the job: jobs and apps share their names"));
        }
        App.Origin origin =
                recipe == null
                        ? new App.Shared(String.valueOf(found.use()))
                        : new App.Built(recipe.folder(), null, recipe.dockerfile());
        App app =
                new App(
                        name,
                        origin,
                        found.worker() ? 0 : null,
                        null,
                        found.command(),
                        Map.of(),
                        Map.of(),
                        null,
                        null,
                        List.of(),
                        Limits.NONE,
                        found.needs().isEmpty() ? null : found.needs(),
                        When.NONE,
                        null,
                        null,
                        found.before());
        if (recipe == null) {
            return new PlannedApp(app, null, found.use(), null);
        }
        notes.addAll(Detection.shown(recipe));
        ImageSpec image = image(name, recipe.folder(), recipe, App.Build.DEFAULT);
        return new PlannedApp(app, image, name, null);
    }

    private Optional<PlannedApp> planned(App app) {
        return switch (app.origin()) {
            case App.Ready ready -> ready(app, ready);
            case App.Shared shared -> Optional.of(shared(app, shared.app()));
            case App.Built built ->
                    built(app, built).map(image -> new PlannedApp(app, image, app.name(), null));
        };
    }

    private Optional<PlannedApp> ready(App app, App.Ready ready) {
        String image = Template.fill(ready.image(), variables);
        if (!Words.isImage(image)) {
            String remedy = "check what its variables stand for";
            problem(app, "image", "'" + image + "' is not the name of an image", remedy);
            return Optional.empty();
        }
        return Optional.of(new PlannedApp(app, null, null, image));
    }

    private PlannedApp shared(App app, String other) {
        App target = pipeline.apps() == null ? null : pipeline.apps().get(other);
        if (target != null && target.origin() instanceof App.Ready ready) {
            return new PlannedApp(app, null, null, Template.fill(ready.image(), variables));
        }
        return new PlannedApp(app, null, other, null);
    }

    private Optional<ImageSpec> built(App app, App.Built built) {
        String folder = firstOf(built.path(), built.context());
        if (!isFolder(folder)) {
            String key = built.path() != null ? "path" : "build.context";
            problem(app, key, "there is no folder " + folder, "write one of the repository");
            return Optional.empty();
        }
        String context = firstOf(built.context(), built.path());
        if (!isFolder(context)) {
            problem(app, "build.context", "there is no folder " + context, "correct the path");
            return Optional.empty();
        }
        if (built.dockerfile() != null) {
            return written(app, context, built.dockerfile(), build(built));
        }
        Optional<Answer> answer = detection.folder(tree, folder);
        if (answer.isEmpty() || answer.get() instanceof Answer.Unknown) {
            String where = folder.isEmpty() ? "the repository's root" : folder;
            String known = " has no Dockerfile, and its kind is not known";
            if (answer.isPresent() && answer.get() instanceof Answer.Unknown unknown) {
                String seen = where + " has no Dockerfile, and is " + unknown.what();
                problem(app, "path", seen, unknown.remedy());
            } else {
                problem(app, "path", where + known, "add a Dockerfile");
            }
            return Optional.empty();
        }
        Recipe recipe = (Recipe) answer.get();
        if (recipe.generated() != null) {
            notes.add("found " + recipe.why() + " -> app " + app.name());
            notes.addAll(Detection.shown(recipe));
        }
        return Optional.of(image(app.name(), context, recipe, build(built)));
    }

    /// A tag that stands for nothing here (`${tag}` of a branch) is left out; what cannot be in one
    /// is a '-'.
    private App.Build build(App.Built built) {
        App.Build build = built.build();
        List<String> nothing =
                variables.entrySet().stream()
                        .filter(variable -> variable.getValue().isEmpty())
                        .map(variable -> "${" + variable.getKey() + "}")
                        .toList();
        return build.with(
                build.tags().stream()
                        .filter(tag -> nothing.stream().noneMatch(tag::contains))
                        .map(tag -> Template.fill(tag, variables))
                        .map(tag -> tag.replaceAll("[^A-Za-z0-9_.-]", "-"))
                        .map(tag -> tag.replaceFirst("^[.-]+", ""))
                        .map(tag -> tag.substring(0, Math.min(LONGEST_TAG, tag.length())))
                        .filter(Words::isTag)
                        .distinct()
                        .toList());
    }

    private Optional<ImageSpec> written(
            App app, String context, String dockerfile, App.Build build) {
        if (tree.at(dockerfile).filter(SourceTree.Kind.FILE::equals).isEmpty()) {
            String remedy = "correct the path: it begins at the repository's root";
            problem(app, "build.dockerfile", "there is no file " + dockerfile, remedy);
            return Optional.empty();
        }
        return Optional.of(new ImageSpec(app.name(), context, dockerfile, null, build));
    }

    private static ImageSpec image(String app, String context, Recipe recipe, App.Build build) {
        return new ImageSpec(app, context, recipe.dockerfile(), recipe.generated(), build);
    }

    private boolean isFolder(String path) {
        return path.isEmpty() || tree.at(path).filter(SourceTree.Kind.FOLDER::equals).isPresent();
    }

    private void problem(App app, String key, String message, String remedy) {
        String path = "apps." + app.name() + "." + key;
        problems.add(pipeline.places().problem(path, message, remedy));
    }

    private static String firstOf(@Nullable String one, @Nullable String other) {
        return one != null ? one : other != null ? other : "";
    }

    /// An app with the way its image comes about.
    ///
    /// @param image how it is built; null for a ready image and for the image of another app
    /// @param builtBy the app whose image job it uses, itself included; null for a ready image
    /// @param ready the filled reference of a ready image; null when it is built
    record PlannedApp(
            App app, @Nullable ImageSpec image, @Nullable String builtBy, @Nullable String ready) {
        /// The same image for an app that differs.
        PlannedApp with(App other) {
            return new PlannedApp(other, image, builtBy, ready);
        }

        String name() {
            return app.name();
        }

        /// Whether the switch serves it.
        boolean open() {
            Integer port = app.port();
            return app.open() == null ? port == null || port != 0 : app.open();
        }

        /// A ready image that keeps data: what is built waits for it by default.
        boolean isStore() {
            return ready != null && !app.volumes().isEmpty();
        }

        @Nullable String imageJob() {
            return builtBy == null ? null : "image " + builtBy;
        }
    }
}
