package io.slipway.engine.detection;

import java.util.Optional;

/// A folder with an `index.html`: its files are served as they are. Hidden files are not, nor are
/// files that the server would run or read as its own settings.
final class StaticSite {
    static final String TITLE = "a static site";
    private static final String MARK = "index.html";

    /// Port 8080 unless `$PORT` says otherwise; the user is nobody.
    private static final String DOCKERFILE =
            """
            FROM %1$s AS site
            COPY . /site
            RUN find /site -name '.?*' -prune -exec rm -rf {} + && \\
                rm -rf /site/cgi-bin /site/httpd.conf
            FROM %1$s
            COPY --from=site /site /site
            USER 65534:65534
            EXPOSE 8080
            CMD ["sh", "-c", "exec httpd -f -p \\"${PORT:-8080}\\" -h /site"]
            """;

    private StaticSite() {}

    static Optional<Answer> in(ProjectFolder folder, FromImages images) {
        String dockerfile = DOCKERFILE.formatted(images.from("busybox", ""));
        return folder.has(MARK)
                ? Optional.of(new Recipe(folder.path(), null, dockerfile, TITLE + ": " + MARK))
                : Optional.empty();
    }
}
