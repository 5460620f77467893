package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/// Knows whether the next answer is one to a HEAD, and so has no body whatever it says.
public final class ResponseDecoder extends HttpResponseDecoder {
    private boolean head;

    /// For one connection.
    public ResponseDecoder() {
        super(RequestDecoder.config().setMaxHeaderSize(2 * RequestDecoder.HEAD_BYTES));
    }

    /// @param head whether the next answer is one to a HEAD
    public void expecting(boolean head) {
        this.head = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return head || super.isContentAlwaysEmpty(message);
    }
}
