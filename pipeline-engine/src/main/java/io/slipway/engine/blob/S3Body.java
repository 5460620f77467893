package io.slipway.engine.blob;

import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

import java.io.FilterInputStream;
import java.io.IOException;

/// An object as it comes. Closed before its end it is broken off: by itself the library would read
/// the rest to keep the connection.
final class S3Body extends FilterInputStream {
    private final ResponseInputStream<?> body;
    private boolean ended;

    S3Body(ResponseInputStream<?> body) {
        super(body);
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int read = body.read(bytes, offset, length);
            ended |= read < 0;
            return read;
        } catch (SdkException e) {
            throw new IOException("the bucket's answer broke off: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (ended) {
            body.close();
        } else {
            body.abort();
        }
    }
}
