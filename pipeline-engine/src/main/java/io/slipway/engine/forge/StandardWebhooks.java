package io.slipway.engine.forge;

import io.slipway.engine.source.Refs;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Any sender that signs as Standard Webhooks says: `id.timestamp.body`. What the body says is
/// Slipway's own, see docs/webhooks.md.
final class StandardWebhooks implements Forge {
    static final String ID = "webhook-id";
    static final String SIGNATURE = "webhook-signature";
    private static final String TIMESTAMP = "webhook-timestamp";
    private static final String VERSION = "v1,";
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final int MOST_SIGNATURES = 8;

    /// The signed form, as GitLab uses it as well.
    static Proof signed(Headers headers, Instant now) {
        String id = headers.text(ID);
        String timestamp = headers.text(TIMESTAMP);
        if (!id.matches("[\\x21-\\x7e]{1,200}")) {
            throw Grammar.unproven("the header " + ID + " is missing or no id");
        }
        if (!timestamp.matches("[0-9]{1,12}")) {
            throw Grammar.unproven("the header " + TIMESTAMP + " is missing or no time");
        }
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(timestamp));
        if (Duration.between(signedAt, now).abs().compareTo(SKEW) > 0) {
            throw Grammar.unproven("it was signed more than 5 minutes before or after now");
        }
        List<byte[]> macs = macs(headers.text(SIGNATURE));
        if (macs.isEmpty()) {
            throw Grammar.unproven("the header " + SIGNATURE + " has no signature of version 1");
        }
        return new Proof.Mac((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), macs);
    }

    /// While a secret is exchanged a sender signs with the old and the new one.
    private static List<byte[]> macs(String header) {
        List<byte[]> macs = new ArrayList<>();
        for (String one : header.split(" ", MOST_SIGNATURES + 1)) {
            if (one.startsWith(VERSION) && macs.size() < MOST_SIGNATURES) {
                try {
                    byte[] mac = Base64.getDecoder().decode(one.substring(VERSION.length()));
                    if (mac.length == 32) {
                        macs.add(mac);
                    }
                } catch (IllegalArgumentException e) {
                    throw Grammar.unproven("the header " + SIGNATURE + " is not in Base64");
                }
            }
        }
        return macs;
    }

    @Override
    public Proof proof(Headers headers, Instant now) {
        return signed(headers, now);
    }

    @Override
    public String delivery(Headers headers) {
        return headers.text(ID);
    }

    @Override
    public String event(Headers headers) {
        return "";
    }

    @Override
    public Reading read(Headers headers, Json body) {
        String type = body.text("type");
        Json data = body.at("data");
        return new Reading(
                data.id("repository"),
                type.substring(0, Math.min(type.length(), 60)),
                Grammar.sender(data.id("sender", "id"), data.text("sender", "login")),
                List.of(event(type, data)));
    }

    private static ForgeEvent event(String type, Json data) {
        return switch (type) {
            case "ping" -> new ForgeEvent.Ping();
            case "push" -> pushed(data);
            case "" -> throw Grammar.malformed("the body has no type");
            default -> new ForgeEvent.Ignored("this event starts nothing");
        };
    }

    private static ForgeEvent pushed(Json data) {
        if (!data.has("after") || !data.text("ref").startsWith("refs/")) {
            throw Grammar.malformed("a push has ref, before and after");
        }
        if (!Refs.valid(data.text("ref"))) {
            Grammar.ref(data.text("ref"));
        }
        return Grammar.moved(
                data.text("ref"),
                Grammar.commitOrNone(data.text("before")),
                Grammar.commitOrNone(data.text("after")),
                data.text("message"));
    }
}
