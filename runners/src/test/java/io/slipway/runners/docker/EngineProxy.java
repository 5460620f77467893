package io.slipway.runners.docker;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A socket in front of a real engine that can go away and come back, as the engine itself would.
public final class EngineProxy implements Closeable {
    private final Path real;
    private final Path path;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;

    public EngineProxy(DockerEngine engine, Path folder) throws IOException {
        this.real = engine.address().socket().orElseThrow();
        this.path = folder.resolve("engine.sock");
        comeBack();
    }

    public DockerAddress address() {
        return DockerAddress.of(path.toString(), "the proxy");
    }

    /// Breaks every connection, and refuses new ones.
    public void goAway() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        for (SocketChannel connection : connections) {
            connection.close();
        }
        connections.clear();
    }

    public void comeBack() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        ServerSocketChannel accepting = server;
        Thread.ofVirtual().start(() -> accept(accepting));
    }

    @Override
    public void close() throws IOException {
        goAway();
    }

    private void accept(ServerSocketChannel accepting) {
        try {
            while (true) {
                SocketChannel near = accepting.accept();
                SocketChannel far = SocketChannel.open(UnixDomainSocketAddress.of(real));
                connections.add(near);
                connections.add(far);
                Thread.ofVirtual().start(() -> copy(near, far));
                Thread.ofVirtual().start(() -> copy(far, near));
            }
        } catch (IOException e) {
            // it went away
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // one of them was closed, and with it the conversation
        }
    }
}
