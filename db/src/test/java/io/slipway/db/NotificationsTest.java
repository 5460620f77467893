package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

@ExtendWith(DatabaseExtension.class)
final class NotificationsTest {
    private final Database database;
    private final Notifications notifications;

    NotificationsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeEach
    void listening() {
        assertThat(notifications.awaitListening(Duration.ofSeconds(10))).isTrue();
    }

    private void send(String channel, String payload) {
        database.change(tx -> tx.notify(channel, payload));
    }

    @Test
    void aListenerHearsItsChannelOnly() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Subscription subscription = notifications.subscribe("jobs", heard::add)) {
            assertThat(subscription).isNotNull();
            send("logs", "not this");
            send("jobs", "17 and a space");
            send("jobs", "");
            await().untilAsserted(() -> assertThat(heard).containsExactly("17 and a space", ""));
        }
        assertThat(heard).hasSize(2);
    }

    @Test
    void aListenerThatThrowsHindersNobody() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Subscription bad =
                        notifications.subscribe(
                                "jobs",
                                payload -> {
                                    throw new IllegalStateException("a test's own");
                                });
                Subscription good = notifications.subscribe("jobs", heard::add)) {
            assertThat(bad).isNotSameAs(good);
            send("jobs", "1");
            send("jobs", "2");
            await().untilAsserted(() -> assertThat(heard).containsExactly("1", "2"));
        }
    }

    @Test
    void aSignalKeepsAWakeThatCameBeforeTheWait() {
        try (Signal signal = notifications.signal("jobs")) {
            assertThat(signal.await(Duration.ofMillis(1))).isFalse();
            signal.wake();
            signal.wake();
            assertThat(signal.await(Duration.ofSeconds(10))).isTrue();
            assertThat(signal.await(Duration.ofMillis(1))).isFalse();
            send("jobs", "1");
            assertThat(signal.await(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void aCutConnectionComesBackAndTellsThatSomethingMayBeMissed() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Subscription subscription = notifications.subscribe("jobs", heard::add)) {
            assertThat(subscription).isNotNull();
            int cut =
                    database.transaction(
                            tx ->
                                    tx.query(
                                                    """
                                                    select pg_terminate_backend(pid)
                                                    from pg_stat_activity
                                                    where application_name = 'slipway notifications'
                                                      and datname = current_database()
                                                    """,
                                                    row -> true)
                                            .size());
            assertThat(cut).isEqualTo(1);
            await().untilAsserted(() -> assertThat(heard).contains(""));
            send("jobs", "again");
            await().untilAsserted(() -> assertThat(heard).contains("again"));
        }
    }
}
