package io.slipway.web.webhook;

import io.slipway.fault.Fault;

/// What a sender is told in place of what its fault's kind says.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Fault fault;

    Refusal(int status, String message, String remedy) {
        super(message);
        this.status = status;
        this.fault = new Fault(Fault.Kind.CONFIGURATION, message, remedy);
    }

    int status() {
        return status;
    }

    Fault fault() {
        return fault;
    }
}
