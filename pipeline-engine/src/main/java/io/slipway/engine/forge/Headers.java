package io.slipway.engine.forge;

import io.slipway.fault.Fault;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A request's headers. Names are compared without regard to case.
public final class Headers {
    private static final int LONGEST_KEPT = 500;
    private static final int MOST_KEPT = 50;

    /// What proves or could be used again is not kept.
    private static final Set<String> SECRET =
            Set.of("authorization", "cookie", "proxy-authorization", "x-gitlab-token");

    /// What the switch adds is none of the sender's, and proves that it comes from the switch.
    private static final String OWN = "x-slipway-";

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /// @param entries names and values in their order; a name may come more than once
    public Headers(Iterable<Map.Entry<String, String>> entries) {
        for (Map.Entry<String, String> entry : entries) {
            values.merge(
                    entry.getKey().toLowerCase(Locale.ROOT),
                    List.of(entry.getValue()),
                    (a, b) -> List.of(a.getFirst(), b.getFirst()));
        }
    }

    /// The value of a header that may come only once.
    ///
    /// @throws Fault PERMISSION when it comes more than once: neither is believed
    public Optional<String> one(String name) {
        List<String> found = values.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        if (found.size() > 1) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot take the delivery: the header " + name + " comes more than once",
                    "send it once");
        }
        return found.stream().findFirst();
    }

    /// As [#one], or empty text.
    public String text(String name) {
        return one(name).orElse("").strip();
    }

    /// What may be kept and shown: no credentials, and nothing long.
    public Map<String, String> kept() {
        Map<String, String> kept = new LinkedHashMap<>();
        values.forEach(
                (name, found) -> {
                    boolean sent = !SECRET.contains(name) && !name.startsWith(OWN);
                    if (sent && kept.size() < MOST_KEPT) {
                        String value = Json.clean(found.getFirst());
                        kept.put(
                                cut(Json.clean(name)),
                                name.contains("signature") ? "[proof]" : cut(value));
                    }
                });
        return kept;
    }

    private static String cut(String value) {
        return value.substring(0, Math.min(value.length(), LONGEST_KEPT));
    }
}
