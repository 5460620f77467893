package io.slipway.engine.image;

import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.run.Claim;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.source.SourceTree;
import io.slipway.fault.Fault;

import java.nio.charset.StandardCharsets;

/// What an image is built from: a folder of the commit and the Dockerfile.
///
/// @param dockerfile with its path within the context
/// @param shownPath of the Dockerfile, for people
record BuildSources(ImageBuilder.Context context, Dockerfile dockerfile, String shownPath) {
    private static final int LARGEST = 1 << 20;

    /// Where a Dockerfile goes that the context does not have.
    private static final String OUTSIDE = ".slipway.Dockerfile";

    static BuildSources of(Repositories repositories, Claim.Job job, ImageSpec spec) {
        SourceTree tree = repositories.tree(job.projectId(), job.commit());
        String folder = folder(spec.context());
        String path = spec.dockerfile() == null ? "" : folder(spec.dockerfile());
        String text = spec.generated();
        if (text == null) {
            text = text(tree, path);
        }
        String inside = inside(folder, path);
        IgnoreFile ignored = IgnoreFile.parse(ignoreText(tree, folder, path));
        return new BuildSources(
                new BuildContext(
                        repositories.sourceFolder(job.projectId(), job.commit(), folder), ignored),
                new Dockerfile(inside, text),
                path.isEmpty() ? "Dockerfile (generated)" : path);
    }

    /// A line of the Dockerfile, from 1; empty when there is none.
    String lineAt(int line) {
        String[] lines = dockerfile.text().split("\n", -1);
        return line >= 1 && line <= lines.length ? lines[line - 1].strip() : "";
    }

    private static String text(SourceTree tree, String path) {
        byte[] bytes =
                tree.file(path, LARGEST)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Fault.Kind.CONFIGURATION,
                                                "cannot build the image: there is no " + path,
                                                "add the Dockerfile, or correct its path in"
                                                        + " .slipway.yml"));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// `<dockerfile>.dockerignore` counts before the context's `.dockerignore`.
    private static String ignoreText(SourceTree tree, String folder, String path) {
        byte[] own =
                path.isEmpty() ? null : tree.file(path + ".dockerignore", LARGEST).orElse(null);
        if (own != null) {
            return new String(own, StandardCharsets.UTF_8);
        }
        String shared = folder.isEmpty() ? ".dockerignore" : folder + "/.dockerignore";
        return tree.file(shared, LARGEST)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
    }

    private static String inside(String folder, String path) {
        if (path.isEmpty()) {
            return OUTSIDE;
        }
        if (folder.isEmpty()) {
            return path;
        }
        return path.startsWith(folder + "/") ? path.substring(folder.length() + 1) : OUTSIDE;
    }

    private static String folder(String path) {
        String plain = path.startsWith("./") ? path.substring(2) : path;
        while (plain.endsWith("/")) {
            plain = plain.substring(0, plain.length() - 1);
        }
        return plain.equals(".") ? "" : plain;
    }
}
