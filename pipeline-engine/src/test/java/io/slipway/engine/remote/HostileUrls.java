package io.slipway.engine.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// Addresses of repositories that are none, as `hostile-urls.txt` lists them: options, commands,
/// files of this machine, credentials.
public final class HostileUrls {
    private HostileUrls() {}

    public static List<String> all() {
        try (InputStream in =
                Objects.requireNonNull(HostileUrls.class.getResourceAsStream("hostile-urls.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
