package io.slipway.engine.egress;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What somebody outside answered, whole.
///
/// @param url who answered, after redirects
/// @param headers names in lower case
public record Answer(EgressUrl url, int status, Map<String, List<String>> headers, byte[] body) {
    /// The first header of that name.
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
    }

    /// Whether it is what was asked for.
    public boolean ok() {
        return status >= 200 && status < 300;
    }
}
