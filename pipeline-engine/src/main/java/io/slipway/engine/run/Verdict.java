package io.slipway.engine.run;

import io.slipway.fault.Fault;

import java.util.Map;

/// How an attempt ended, and what shows it.
///
/// @param outcome FAILED for the user's code, ERRORED for everything else that went wrong
/// @param reason from the closed list
/// @param summary one line for people: `212 tests`, `214 MB, 7 of 11 layers cached`, `exit code 1`
/// @param evidence what was seen; JSON values; at most 64 KiB
public record Verdict(
        Outcome outcome, Reason reason, String summary, Map<String, Object> evidence) {
    /// Everything went well.
    public static Verdict succeeded(String summary) {
        return new Verdict(Outcome.SUCCEEDED, Reason.DONE, summary, Map.of());
    }

    /// The user's code said no.
    public static Verdict failed(Reason reason, String summary, Map<String, Object> evidence) {
        return new Verdict(Outcome.FAILED, reason, summary, evidence);
    }

    /// Slipway could not find out.
    public static Verdict errored(Reason reason, String summary, Map<String, Object> evidence) {
        return new Verdict(Outcome.ERRORED, reason, summary, evidence);
    }

    /// What a fault means for the work that it broke off.
    public static Verdict errored(Fault fault) {
        Reason reason =
                switch (fault.kind()) {
                    case UNAVAILABLE ->
                            fault.message().startsWith("cannot pull ")
                                    ? Reason.IMAGE_PULL
                                    : Reason.RUNNER_LOST;
                    case CONFIGURATION, NOT_FOUND, CONFLICT, PERMISSION -> Reason.DEFINITION;
                    case INTERNAL -> Reason.INTERNAL;
                };
        return errored(
                reason,
                fault.message(),
                Map.of("message", fault.message(), "remedy", fault.remedy()));
    }
}
