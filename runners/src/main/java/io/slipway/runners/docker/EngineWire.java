package io.slipway.runners.docker;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// One connection to an engine. Reading and writing may go on at once in two threads; closing from
/// a third ends both.
final class EngineWire implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int TLS_PORT = 2376;
    private static final int PORT = 2375;

    private final Closeable connection;
    private final HalfClose halfClose;
    private final InputStream input;
    private final OutputStream output;

    private interface HalfClose {
        void run() throws IOException;
    }

    private EngineWire(
            Closeable connection, HalfClose halfClose, InputStream input, OutputStream output) {
        this.connection = connection;
        this.halfClose = halfClose;
        this.input = new BufferedInputStream(input, BUFFER);
        this.output = output;
    }

    static EngineWire open(DockerAddress address, @Nullable SSLContext tls) throws IOException {
        if (address.socket().isPresent()) {
            return over(UnixDomainSocketAddress.of(address.socket().get()));
        }
        String host = address.uri().getHost();
        int given = address.uri().getPort();
        if (tls == null) {
            return over(new InetSocketAddress(host, given > 0 ? given : PORT));
        }
        Socket socket = tls.getSocketFactory().createSocket(host, given > 0 ? given : TLS_PORT);
        var parameters = ((SSLSocket) socket).getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        ((SSLSocket) socket).setSSLParameters(parameters);
        return new EngineWire(
                socket, socket::shutdownOutput, socket.getInputStream(), socket.getOutputStream());
    }

    private static EngineWire over(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        return new EngineWire(
                channel, channel::shutdownOutput, new Reading(channel), new Writing(channel));
    }

    InputStream input() {
        return input;
    }

    OutputStream output() {
        return output;
    }

    /// Tells the engine that nothing more will be written; reading goes on.
    void halfClose() throws IOException {
        halfClose.run();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException ignored) {
            // nothing is kept in a connection that must not be lost
        }
    }

    private static final class Reading extends InputStream {
        private final SocketChannel channel;

        Reading(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private static final class Writing extends OutputStream {
        private final SocketChannel channel;

        Writing(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }
}
