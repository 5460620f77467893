package io.slipway.web.http;

/// How far a server is, as `/readyz` tells it.
public enum Readiness {
    /// Parts of it are still being made.
    STARTING("starting"),
    /// It does its work.
    SERVING("ready"),
    /// It waits for the database.
    WITHOUT_DATABASE("the database does not answer"),
    /// It was told to end, and hands over what it drives.
    DRAINING("draining");

    private final String text;

    Readiness(String text) {
        this.text = text;
    }

    /// For people, and for whoever tells the states apart.
    public String text() {
        return text;
    }
}
