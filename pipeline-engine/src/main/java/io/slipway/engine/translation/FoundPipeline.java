package io.slipway.engine.translation;

import io.slipway.engine.detection.Found;
import io.slipway.engine.detection.Recipe;

import java.util.List;

/// What was found in the sources as a pipeline file that plans to the same graph.
public final class FoundPipeline {
    private FoundPipeline() {}

    /// The text of a `.slipway.yml`.
    ///
    /// @param found with at least one app
    public static String text(Found found) {
        StringBuilder text = new StringBuilder();
        text.append("# Written by `slipway plan --write` from what was found in the sources.\n");
        text.append("# Every key that is possible: docs/pipeline-reference.yml\n");
        text.append("apps:\n");
        for (Found.App app : found.apps()) {
            Recipe recipe = app.recipe();
            text.append("  ").append(app.name()).append(":\n");
            if (recipe != null) {
                built(recipe, text);
            } else {
                text.append("    # a line of the Procfile\n");
                text.append("    use: ").append(Scalars.of(String.valueOf(app.use()))).append('\n');
            }
            if (!app.command().isEmpty()) {
                text.append("    command: [").append(quoted(app.command())).append("]\n");
            }
            if (app.worker()) {
                text.append("    port: none\n");
            }
            if (!app.before().isEmpty()) {
                text.append("    # the line release of the Procfile\n");
                text.append("    hooks: { before: [").append(quoted(app.before())).append("] }\n");
            }
            if (!app.needs().isEmpty()) {
                text.append("    needs: [").append(String.join(", ", app.needs())).append("]\n");
            }
        }
        return text.toString();
    }

    private static String quoted(List<String> words) {
        return String.join(", ", words.stream().map(Scalars::quoted).toList());
    }

    private static void built(Recipe recipe, StringBuilder text) {
        String folder = recipe.folder().isEmpty() ? "." : recipe.folder();
        text.append("    # found ").append(Scalars.comment(recipe.why())).append('\n');
        if (recipe.generated() != null) {
            text.append(
                    "    # its Dockerfile is generated, and printed by `slipway plan`; one of"
                            + " your\n");
            text.append("    # own in this folder replaces it\n");
        }
        text.append("    path: ").append(Scalars.of(folder)).append('\n');
    }
}
