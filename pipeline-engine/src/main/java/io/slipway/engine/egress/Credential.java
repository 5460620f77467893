package io.slipway.engine.egress;

import io.slipway.engine.secret.Secret;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What proves to one origin who asks.
///
/// @param origin `https://host[:port]`; nobody else is sent it
/// @param header its name
/// @param value the header's whole value
public record Credential(String origin, String header, Secret value) {
    /// `Authorization: <scheme> <token>`.
    public static Credential token(EgressUrl url, String scheme, Secret token) {
        return new Credential(
                url.origin(), "Authorization", Secret.of(scheme + " " + token.reveal()));
    }

    /// User and password as `Authorization: Basic`.
    public static Credential basic(EgressUrl url, String user, Secret password) {
        byte[] both = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
        return token(url, "Basic", Secret.of(Base64.getEncoder().encodeToString(both)));
    }

    boolean isFor(EgressUrl url) {
        return origin.equals(url.origin());
    }
}
