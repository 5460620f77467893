package io.slipway.engine.egress;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// One request to somebody outside.
///
/// @param headers beside the credential's
/// @param body null: none
/// @param credential sent to the origin that it is for and to nobody else; null: none
public record Call(
        String method,
        EgressUrl url,
        Map<String, String> headers,
        byte @Nullable [] body,
        @Nullable Credential credential,
        Limits limits) {

    /// Asks for something.
    public static Call get(EgressUrl url, @Nullable Credential credential) {
        return new Call("GET", url, Map.of(), null, credential, Limits.API);
    }

    /// Sends JSON.
    public static Call json(
            String method, EgressUrl url, byte[] body, @Nullable Credential credential) {
        return new Call(
                method,
                url,
                Map.of("Content-Type", "application/json"),
                body,
                credential,
                Limits.API);
    }

    /// With one header more.
    public Call with(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Call(method, url, Map.copyOf(more), body, credential, limits);
    }

    /// Within other limits.
    public Call within(Limits others) {
        return new Call(method, url, headers, body, credential, others);
    }

    Call to(EgressUrl next) {
        return new Call(method, next, headers, body, credential, limits);
    }
}
