package io.slipway.web.traffic.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/// TLS for connections whose first byte begins it; others go on as plain HTTP, over the same port.
/// When the files change, connections from then on get the new certificate and those that are open
/// keep theirs. Files that can't be used change nothing.
public final class Tls implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final TlsFiles files;
    private final Consumer<String> journal;
    private volatile SslContext context;
    private TlsFiles.@Nullable Stamp stamp;
    private @Nullable Thread watcher;

    /// @param journal told of what was changed, or could not be
    /// @throws Fault CONFIGURATION when the files can't be used
    public Tls(TlsFiles files, Consumer<String> journal) {
        this.files = files;
        this.journal = journal;
        this.stamp = stamp();
        this.context = files.read();
    }

    /// Looks after the files until it is closed.
    public Tls watch() {
        watcher = Thread.ofVirtual().name("certificate").start(this::lookAgainAndAgain);
        return this;
    }

    /// Begins a connection's pipeline.
    public void begin(Channel channel) {
        channel.pipeline().addFirst("tls", new OptionalSslHandler(context));
    }

    /// Whether a connection is one of TLS.
    public static boolean isOn(Channel channel) {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    private void lookAgainAndAgain() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// Takes the files anew if they are others.
    synchronized void look() {
        TlsFiles.Stamp now = stamp();
        if (now == null || now.equals(stamp)) {
            return; // one is just being replaced
        }
        try {
            context = files.read();
            journal.accept("the certificate was renewed");
        } catch (Fault e) {
            journal.accept(e.message() + "; the one before goes on");
        }
        stamp = now;
    }

    private TlsFiles.@Nullable Stamp stamp() {
        try {
            return files.stamp();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.interrupt();
        }
    }
}
