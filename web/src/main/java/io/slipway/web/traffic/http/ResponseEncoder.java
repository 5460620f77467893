package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/// Knows whether the answer being written is one to a HEAD, and so has no body whatever it says.
public final class ResponseEncoder extends HttpResponseEncoder {
    private boolean head;

    /// @param head whether the next answer is one to a HEAD
    public void answering(boolean head) {
        this.head = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return head || super.isContentAlwaysEmpty(response);
    }
}
