package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/// A request that goes nowhere, and why.
///
/// @param status of the answer
/// @param why one sentence for whoever sent it
public record Refusal(HttpResponseStatus status, String why) {
    /// 400.
    public static Refusal bad(String why) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, why);
    }
}
