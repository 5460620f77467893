package io.slipway.engine.detection;

import io.slipway.engine.source.SourceTree;

import java.util.Optional;

/// A folder with an `index.html`: its files are served as they are. Hidden files are not, nor are
/// files that the server would run or read as its own settings.
final class StaticSite {
    private static final String MARK = "index.html";

    /// Port 8080 unless `$PORT` says otherwise; the user is nobody.
    static final String DOCKERFILE =
            """
            FROM busybox AS site
            COPY . /site
            RUN find /site -name '.?*' -prune -exec rm -rf {} + && \\
                rm -rf /site/cgi-bin /site/httpd.conf
            FROM busybox
            COPY --from=site /site /site
            USER 65534:65534
            EXPOSE 8080
            CMD ["sh", "-c", "exec httpd -f -p \\"${PORT:-8080}\\" -h /site"]
            """;

    private StaticSite() {}

    static Optional<Recipe> in(SourceTree tree, String folder) {
        boolean found =
                tree.at(Detection.below(folder, MARK))
                        .filter(SourceTree.Kind.FILE::equals)
                        .isPresent();
        return found
                ? Optional.of(new Recipe(folder, null, DOCKERFILE, "a static site: " + MARK))
                : Optional.empty();
    }
}
