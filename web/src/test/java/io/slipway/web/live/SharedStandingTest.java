package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.web.live.SharedStanding.Holder;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

final class SharedStandingTest {
    private static final Roles VIEWER = Roles.everywhere(Role.VIEWER);

    private final AtomicInteger asked = new AtomicInteger();
    private final Map<Long, Roles> rows = new HashMap<>();
    private final SharedStanding standing = new SharedStanding(this::ask);

    private Map<Long, Roles> ask(Collection<Long> tokens) {
        asked.incrementAndGet();
        Map<Long, Roles> good = new HashMap<>(rows);
        good.keySet().retainAll(tokens);
        return good;
    }

    @Test
    void aThousandStreamsCostOneQuestionAndOneMoreForEachChange() {
        List<Holder> holders = new ArrayList<>();
        for (long token = 1; token <= 1_000; token++) {
            rows.put(token, VIEWER);
            holders.add(standing.hold(token, VIEWER));
        }
        assertThat(holders).allMatch(Holder::isAsBefore);
        assertThat(asked).hasValue(1);
        rows.remove(7L);
        standing.outdate();
        assertThat(holders.stream().filter(holder -> !holder.isAsBefore())).hasSize(1);
        assertThat(asked).hasValue(2);
        holders.forEach(Holder::close);
    }

    @Test
    void whoIsSomethingElseNowIsNotWhatItWas() {
        rows.put(1L, VIEWER);
        try (Holder holder = standing.hold(1, VIEWER)) {
            assertThat(holder.isAsBefore()).isTrue();
            rows.put(1L, Roles.NONE);
            standing.outdate();
            assertThat(holder.isAsBefore()).isFalse();
        }
    }

    @Test
    void whoComesLaterIsAskedForAndWhoLeftIsNot() {
        rows.put(1L, VIEWER);
        rows.put(2L, VIEWER);
        Holder again = standing.hold(1, VIEWER);
        try (Holder first = standing.hold(1, VIEWER)) {
            assertThat(first.isAsBefore()).isTrue();
            try (Holder second = standing.hold(2, VIEWER)) {
                assertThat(second.isAsBefore()).isTrue();
                assertThat(asked).hasValue(2);
            }
            again.close();
            standing.outdate();
            assertThat(first.isAsBefore()).as("one of two is still there").isTrue();
            assertThat(asked).hasValue(3);
        }
    }
}
