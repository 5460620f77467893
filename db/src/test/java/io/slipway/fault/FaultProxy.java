package io.slipway.fault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/// Stands between a client and a server, over TCP or a socket in a folder, and does to connections
/// what networks do. Until it is told otherwise it carries every byte.
public final class FaultProxy implements AutoCloseable {
    private final ServerSocketChannel listening;
    private final SocketAddress real;
    private final @Nullable Path path;
    private final Ear ear;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger befallen = new AtomicInteger();
    private final AtomicInteger swallowed = new AtomicInteger();
    private volatile IntFunction<Trouble> plan = _ -> Trouble.NONE;

    private FaultProxy(
            ServerSocketChannel listening, SocketAddress real, @Nullable Path path, Ear ear) {
        this.listening = listening;
        this.real = real;
        this.path = path;
        this.ear = ear;
        Thread.ofVirtual().name("fault-proxy").start(this::accept);
    }

    /// Listens on a free port of 127.0.0.1, in front of another one.
    public static FaultProxy tcp(int realPort) throws IOException {
        return tcp(realPort, Ear.NONE);
    }

    /// The same, with somebody who hears what passes.
    public static FaultProxy tcp(int realPort, Ear ear) throws IOException {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(here, 0));
        return new FaultProxy(listening, new InetSocketAddress(here, realPort), null, ear);
    }

    /// Listens on a socket in a folder, in front of another one.
    ///
    /// @param path which this makes, and removes at the end
    public static FaultProxy socket(Path path, Path real) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
        return new FaultProxy(listening, UnixDomainSocketAddress.of(real), path, Ear.NONE);
    }

    /// The port that it listens on.
    public int port() {
        try {
            return ((InetSocketAddress) listening.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// From now on this befalls every connection, also those that are open.
    public void all(Trouble trouble) {
        plan = _ -> trouble;
        open(trouble);
    }

    /// This befalls those that are open now.
    public void open(Trouble trouble) {
        lines.forEach(line -> line.meet(trouble));
    }

    /// Each connection that is made from now on meets what this gives for its number, from 0.
    public void each(IntFunction<Trouble> troubles) {
        int first = accepted.get();
        plan = number -> troubles.apply(number - first);
    }

    /// Of the connections that are made from now on one in so many ends somewhere in its first
    /// bytes. The same seed gives the same troubles.
    public void seeded(long seed, int oneIn, int bytes) {
        each(
                number -> {
                    Random random = new Random(seed * 31 + number);
                    random.nextLong();
                    return random.nextInt(oneIn) == 0
                            ? Trouble.ending(random, bytes)
                            : Trouble.NONE;
                });
    }

    /// Carries every byte again, also what a black hole holds.
    public void calm() {
        all(Trouble.NONE);
    }

    /// How many connections there were.
    public int accepted() {
        return accepted.get();
    }

    /// How many of them ended by a trouble.
    public int befallen() {
        return befallen.get();
    }

    /// How often a black hole had something of a connection to hold.
    public int swallowed() {
        return swallowed.get();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel near = listening.accept();
                SocketChannel far;
                try {
                    far = SocketChannel.open(real);
                } catch (IOException e) {
                    ear.refused();
                    near.close();
                    continue;
                }
                int number = accepted.getAndIncrement();
                Line line = new Line(number, near, far);
                lines.add(line);
                line.meet(plan.apply(number));
                Thread.ofVirtual().start(() -> line.carry(near, far));
                Thread.ofVirtual().start(() -> line.carry(far, near));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        if (path != null) {
            Files.deleteIfExists(path);
        }
        lines.forEach(line -> line.end(false));
    }

    /// A connection and its continuation.
    private final class Line {
        private final int number;
        private final SocketChannel near;
        private final SocketChannel far;
        private Trouble trouble = Trouble.NONE;
        private long left;
        private boolean mute;
        private boolean ended;
        private int directions = 2;

        Line(int number, SocketChannel near, SocketChannel far) {
            this.number = number;
            this.near = near;
            this.far = far;
        }

        synchronized void meet(Trouble next) {
            trouble = next;
            left = next.after();
            notifyAll();
        }

        void carry(SocketChannel from, SocketChannel to) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
            try {
                while (from.read(buffer.clear()) >= 0) {
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        pass(buffer, from, to);
                    }
                }
                to.shutdownOutput();
                over();
            } catch (IOException e) {
                end(false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void pass(ByteBuffer buffer, SocketChannel from, SocketChannel to)
                throws IOException, InterruptedException {
            int share = share(buffer.remaining());
            if (share > 0) {
                ByteBuffer piece = buffer.slice(buffer.position(), share);
                buffer.position(buffer.position() + share);
                if (from == near || !isMute()) {
                    ear.heard(number, from == near, piece.duplicate());
                }
                while (piece.hasRemaining() && !(from == far && isMute())) {
                    to.write(piece);
                }
            } else {
                strike();
            }
        }

        private synchronized boolean isMute() {
            return mute;
        }

        /// How many bytes may pass now; 0 when the trouble is due.
        private synchronized int share(int wanted) throws InterruptedException {
            switch (trouble.kind()) {
                case LATENCY -> Thread.sleep(trouble.delay());
                case RESET, CUT -> {
                    int share = (int) Math.min(wanted, left);
                    left -= share;
                    return share;
                }
                case HALF_CLOSE -> {
                    int share = mute ? wanted : (int) Math.min(wanted, left);
                    left -= share;
                    return share;
                }
                case BLACK_HOLE -> {
                    int share = (int) Math.min(wanted, left);
                    left -= share;
                    swallowed.addAndGet(share == 0 ? 1 : 0);
                    while (share == 0 && trouble.kind() == Trouble.Kind.BLACK_HOLE && !ended) {
                        wait();
                    }
                    return share == 0 ? wanted : share;
                }
                case NONE -> {}
            }
            return wanted;
        }

        private void strike() throws IOException {
            Trouble.Kind kind;
            synchronized (this) {
                if (ended) {
                    throw new IOException("it has ended");
                }
                if (mute) {
                    return; // now it passes, to be heard or dropped
                }
                kind = trouble.kind();
                mute = true;
            }
            befallen.incrementAndGet();
            if (kind == Trouble.Kind.HALF_CLOSE) {
                near.shutdownOutput();
            } else {
                end(kind == Trouble.Kind.RESET);
            }
        }

        private synchronized void over() {
            directions--;
            if (directions == 0) {
                end(false);
            }
        }

        private void end(boolean reset) {
            synchronized (this) {
                if (!ended) {
                    ear.ended(number);
                }
                ended = true;
                notifyAll();
            }
            lines.remove(this);
            for (SocketChannel side : new SocketChannel[] {near, far}) {
                try {
                    if (reset && path == null) {
                        side.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                    side.close();
                } catch (IOException e) {
                    // it was closed already
                }
            }
        }
    }
}
