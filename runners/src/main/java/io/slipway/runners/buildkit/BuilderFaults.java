package io.slipway.runners.buildkit;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.buildkit.Builders.Builder;

import java.io.EOFException;
import java.util.List;
import java.util.Locale;

/// What BuildKit's messages mean that are not about the Dockerfile. Each rule quotes the message as
/// BuildKit writes it.
final class BuilderFaults {
    private static final String WHAT = "cannot build the image: ";
    private static final int LOOKS = 10;
    private static final int LOOK_AGAIN_MILLIS = 200;
    private static final String AGAIN = "try again when the registry answers";

    /// In order; the first whose text occurs in the message, whatever its case, is taken.
    private static final List<Rule> RULES =
            List.of(
                    // failed to do request: Head "https://registry.example/v2/x/manifests/1": dial
                    // tcp: lookup registry.example on 10.0.0.2:53: no such host
                    new Rule(
                            "no such host",
                            "the registry's name is not known to the builder",
                            "check the image's name and the builder's DNS"),
                    // toomanyrequests: You have reached your unauthenticated pull rate limit.
                    new Rule(
                            "toomanyrequests",
                            "the registry's limit of pulls is reached",
                            "wait, or pull it into the engine with docker pull after docker login"),
                    // tls: failed to verify certificate: x509: certificate signed by unknown
                    // authority
                    new Rule(
                            "x509:",
                            "the builder does not trust the registry's certificate",
                            "pull the image into the engine with docker pull: it is taken from"
                                    + " there"),
                    // write /home/user/.local/share/buildkit/...: no space left on device
                    new Rule(
                            "no space left on device",
                            "the builder's disk is full",
                            "free disk space where the builder's volume is"),
                    new Rule("i/o timeout", "the registry did not answer", AGAIN),
                    new Rule("tls handshake timeout", "the registry did not answer", AGAIN),
                    new Rule("connection refused", "the registry did not answer", AGAIN),
                    new Rule("connection reset", "the registry did not answer", AGAIN));

    private record Rule(String text, String why, String remedy) {}

    private BuilderFaults() {}

    /// What a message means that speaks of something outside the Dockerfile.
    static Fault of(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (Rule rule : RULES) {
            if (lower.contains(rule.text())) {
                return new Fault(
                        Kind.UNAVAILABLE, WHAT + rule.why() + " (" + message + ")", rule.remedy());
            }
        }
        return new Fault(Kind.UNAVAILABLE, WHAT + "the builder says: " + message, "try again");
    }

    /// A session broke off. That a container has ended may be seen a moment later than the end of
    /// what runs in it.
    static Fault lost(String what, Builder builder, Exception cause) {
        String end = builder.end();
        for (int i = 0; i < LOOKS && end.isEmpty() && cause instanceof EOFException; i++) {
            try {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            end = builder.end();
        }
        String why = end.isEmpty() ? "its builder's session broke off" : "its builder " + end;
        return new Fault(
                Kind.UNAVAILABLE,
                what + ": " + why + (end.isEmpty() ? " (" + cause.getMessage() + ")" : ""),
                "try again",
                cause);
    }
}
