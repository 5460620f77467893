package io.slipway.engine.step;

import java.util.List;

/// A service ended before it was ready, or did not answer in time. Nothing of the job's steps ran.
public final class ServiceNotReady extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final String service;
    private final transient List<String> lastLines;

    /// @param service its name
    /// @param why goes on after the name: `ended with exit code 1 before it was ready`
    /// @param lastLines what it printed last
    public ServiceNotReady(String service, String why, List<String> lastLines) {
        super("service " + service + " " + why);
        this.reason = "service " + service + " " + why;
        this.service = service;
        this.lastLines = List.copyOf(lastLines);
    }

    /// What happened, for people.
    public String message() {
        return reason;
    }

    /// The service's name.
    public String service() {
        return service;
    }

    /// What it printed last, not masked.
    public List<String> lastLines() {
        return lastLines;
    }
}
