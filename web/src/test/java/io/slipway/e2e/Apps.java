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

    /// Runs `index.cgi` for each request, from half a second after its start.
    static final String TELLS =
            """
            FROM busybox
            COPY index.html /app/index.html
            COPY index.cgi /www/cgi-bin/index.cgi
            RUN cat /app/index.html; chmod 755 /www/cgi-bin/index.cgi; usleep 700000
            EXPOSE 8080
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "%s; echo $to > /app/to; usleep 500000; exec httpd -f -p \\"$PORT\\" -h /www"]
            """
                    .formatted(Ledger.WAY_OUT);

    private Apps() {}

    /// An `index.cgi` that enters each request into a ledger, by the page that it answers with and
    /// by what stands behind the question mark, and then answers.
    static String tells(Ledger ledger) {
        return """
        #!/bin/sh
        read -r to < /app/to
        read -r page < /app/index.html
        %sprintf 'Content-Type: text/html\\r\\nContent-Length: %%d\\r\\n\\r\\n%%s' "${#page}" "$page"
        """
                .formatted(ledger.entryBy(AppLog.ENTRY));
    }
}
