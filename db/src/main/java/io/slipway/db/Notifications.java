package io.slipway.db;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Hears what [Tx#notify] sends, on a connection of its own. Notifications only wake: one may be
/// lost while the connection is away, so whoever listens also looks into the tables once a second.
///
/// All channels share one of PostgreSQL's, so that a subscription hears from its first moment.
public final class Notifications implements AutoCloseable {
    static final String CHANNEL = "slipway";

    private static final Logger log = LoggerFactory.getLogger(Notifications.class);
    private static final Duration LOOK_AFTER = Duration.ofSeconds(10);
    private static final Duration RECONNECT_AFTER = Duration.ofMillis(500);

    private final DatabaseAddress address;
    private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
    private final CountDownLatch listening = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Connection connection;

    /// Starts to listen, at the latest when the database answers.
    public Notifications(DatabaseAddress address) {
        this.address = address;
        this.thread = Thread.ofVirtual().name("notifications").start(this::listen);
    }

    static String framed(String channel, String payload) {
        return channel + " " + payload;
    }

    /// Calls the listener for each notification on the channel, on one thread for all: it must not
    /// block. After the connection was away it is called with an empty payload, since something may
    /// have been missed.
    ///
    /// @param channel any word without a space
    public Subscription subscribe(String channel, Consumer<String> listener) {
        listeners.computeIfAbsent(channel, c -> new CopyOnWriteArrayList<>()).add(listener);
        return () ->
                listeners.computeIfPresent(
                        channel,
                        (c, present) -> {
                            present.remove(listener);
                            return present.isEmpty() ? null : present;
                        });
    }

    /// A signal that each notification on the channel wakes.
    public Signal signal(String channel) {
        return new Signal().on(this, channel);
    }

    /// Waits until the connection listens for the first time, at most this long.
    public boolean awaitListening(Duration atMost) {
        try {
            return listening.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void listen() {
        while (closed.getCount() > 0) {
            try (Connection open = DriverManager.getConnection(address.url(), properties())) {
                connection = open;
                try (Statement statement = open.createStatement()) {
                    statement.execute("listen " + CHANNEL);
                }
                if (listening.getCount() == 0) {
                    missed();
                }
                listening.countDown();
                receive(open);
            } catch (SQLException e) {
                pause(e);
            }
        }
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("ApplicationName", "slipway notifications");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketTimeout", "20");
        return properties;
    }

    private void receive(Connection open) throws SQLException {
        PGConnection postgres = open.unwrap(PGConnection.class);
        while (closed.getCount() > 0) {
            PGNotification[] received = postgres.getNotifications((int) LOOK_AFTER.toMillis());
            if (received == null || received.length == 0) {
                if (!open.isValid(5)) {
                    throw new SQLException("the connection for notifications is gone", "08006");
                }
                continue;
            }
            for (PGNotification notification : received) {
                dispatch(notification.getParameter());
            }
        }
    }

    private void dispatch(String framed) {
        int space = framed.indexOf(' ');
        if (space > 0) {
            tell(framed.substring(0, space), framed.substring(space + 1));
        }
    }

    private void missed() {
        listeners.keySet().forEach(channel -> tell(channel, ""));
    }

    private void tell(String channel, String payload) {
        for (Consumer<String> listener : listeners.getOrDefault(channel, List.of())) {
            try {
                listener.accept(payload);
            } catch (RuntimeException | Error e) {
                log.error("a listener on {} failed", channel, e);
            }
        }
    }

    private void pause(SQLException cause) {
        connection = null;
        if (closed.getCount() == 0) {
            return;
        }
        log.warn("notifications are away: {}", SqlFaults.firstLine(cause));
        try {
            boolean ended = closed.await(RECONNECT_AFTER.toMillis(), TimeUnit.MILLISECONDS);
            log.debug("notifications connect again: {}", !ended);
        } catch (InterruptedException e) {
            closed.countDown();
        }
    }

    /// Stops listening.
    @Override
    public void close() {
        closed.countDown();
        Connection open = connection;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                log.debug("the connection for notifications was gone already", e);
            }
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
