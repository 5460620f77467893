package io.slipway.e2e;

/// Dockerfiles of small apps.
final class Apps {
    /// Serves `index.html` on $PORT.
    static final String SERVES =
            """
            FROM busybox
            COPY index.html /www/index.html
            EXPOSE 8080
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "exec httpd -f -p \\"$PORT\\" -h /www"]
            """;

    private Apps() {}
}
