package io.slipway.web.http;

import java.io.IOException;

/// The client hung up in the middle of a body.
public final class ClientGone extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param why for the log
    public ClientGone(String why) {
        super(why);
    }
}
