package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Condition.State;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What every [Deployer] does. A test class of a deployer extends this one.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
public abstract class DeployerContract {
    /// Each test has an app of its own, each container a slot of its own.
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int PORT = 8080;

    private final List<String> used = new ArrayList<>();
    private final String app = "web" + NUMBERS.incrementAndGet();

    /// The deployer under test; the same for all calls within one test.
    protected abstract Deployer deployer();

    /// 8 hexadecimal digits.
    protected abstract String instance();

    /// The image, as the target starts it.
    protected abstract String image();

    /// A command that answers over HTTP at `$PORT` for as long as it runs.
    protected abstract List<String> serves();

    /// A command that prints `bye` and ends.
    protected abstract List<String> ends(int code);

    /// A hook's script that prints one line and ends.
    protected abstract String hook(int code);

    @AfterEach
    final void removeAll() {
        deployer().hooks().forEach(deployer()::removeHook);
        used.forEach(deployer()::remove);
    }

    private AppOrder order(List<String> command) {
        return order(RolloutRows.app(app, PORT, command));
    }

    private AppOrder order(AppSpec spec) {
        int number = NUMBERS.incrementAndGet();
        String container = "slipway-" + instance() + "-" + number + "-1";
        used.add(container);
        Placement at =
                new Placement(1, 1, "contract", "production", app, number, 0, null, null, null);
        return new AppOrder(
                container,
                at,
                number,
                number,
                10 + number,
                image(),
                spec,
                Map.of("GREETING", "hello", "WORD", "geheim", "PORT", Integer.toString(PORT)),
                Set.of("WORD"),
                PORT,
                List.of());
    }

    private String healthy(AppOrder order) throws InterruptedException {
        deployer().start(order);
        awaitHealthy(order.container());
        deployer().announce(order.container());
        return order.container();
    }

    private void awaitHealthy(String container) {
        await(container + " is healthy")
                .atMost(PATIENCE)
                .until(
                        () ->
                                state(container) == State.RUNNING
                                        && deployer()
                                                .ask(container, PORT, AppSpec.Health.DEFAULT)
                                                .healthy());
    }

    private State state(String container) {
        return deployer().condition(container).state();
    }

    /// By itself: some targets start it again.
    private Condition awaitEnd(String container) {
        return await(container + " has ended")
                .atMost(PATIENCE)
                .until(
                        () -> deployer().condition(container),
                        now -> now.state() == State.ENDED || now.state() == State.RESTARTING);
    }

    @Test
    final void whatWasStartedRunsAndIsAdopted() throws Exception {
        AppOrder order = order(serves());
        String container = healthy(order);
        String run = deployer().condition(container).run();

        deployer().start(order);

        assertThat(state(container)).isEqualTo(State.RUNNING);
        assertThat(deployer().condition(container).run()).isEqualTo(run).isNotEmpty();
        assertThat(deployer().present()).contains(container);
        assertThat(deployer().backend(container, PORT)).matches(".+:[0-9]+");
        assertThat(deployer().reaches(container, PORT)).isTrue();
    }

    @Test
    final void whatEndsTellsItsExitCodeAndItsLastLine() throws Exception {
        AppOrder order = order(ends(3));
        deployer().start(order);

        assertThat(awaitEnd(order.container()).exitCode()).isEqualTo(3);
        assertThat(deployer().condition(order.container()).obstacle()).isNull();
        assertThat(deployer().tail(order.container(), 5)).last().isEqualTo("bye");
    }

    @Test
    final void theNextReleaseTakesThePlaceOfTheOneBefore() throws Exception {
        String one = healthy(order(serves()));
        String two = healthy(order(serves()));

        deployer().withdraw(one);
        deployer().stop(one, GRACE);
        deployer().remove(one);

        assertThat(state(one)).isEqualTo(State.ABSENT);
        assertThat(state(two)).isEqualTo(State.RUNNING);
        assertThat(deployer().present()).contains(two).doesNotContain(one);
        awaitHealthy(two);
    }

    @Test
    final void theOneBeforeServesOnWhenTheNextIsTakenBack() throws Exception {
        String good = healthy(order(serves()));
        AppOrder bad = order(ends(1));
        deployer().start(bad);
        awaitEnd(bad.container());
        assertThat(state(good)).isEqualTo(State.RUNNING);

        deployer().stop(bad.container(), Duration.ZERO);
        deployer().restart(good);

        assertThat(state(good)).isEqualTo(State.RUNNING);
        awaitHealthy(good);
        deployer().stop(bad.container(), GRACE);
        deployer().remove(bad.container());
        assertThat(state(bad.container())).isEqualTo(State.ABSENT);
        assertThat(state(good)).isEqualTo(State.RUNNING);
        assertThat(deployer().present()).contains(good).doesNotContain(bad.container());
    }

    @Test
    final void anHealthyOneThatIsTakenBackGivesThePlaceBackToo() throws Exception {
        String good = healthy(order(serves()));
        String cancelled = healthy(order(serves()));

        deployer().stop(cancelled, Duration.ZERO);
        deployer().restart(good);
        deployer().remove(cancelled);

        awaitHealthy(good);
        assertThat(state(cancelled)).isEqualTo(State.ABSENT);
    }

    @Test
    final void whatWasStoppedStaysAndComesBack() throws Exception {
        String container = healthy(order(serves()));

        deployer().stop(container, GRACE);
        assertThat(state(container)).isEqualTo(State.ENDED);
        assertThat(deployer().present()).contains(container);
        deployer().stop(container, GRACE);
        deployer().restart(container);

        awaitHealthy(container);
    }

    @Test
    final void whatWasRemovedIsGone() throws Exception {
        String container = healthy(order(serves()));

        deployer().remove(container);
        deployer().remove(container);
        deployer().stop(container, GRACE);

        assertThat(deployer().condition(container)).isEqualTo(Condition.NONE);
        assertThat(deployer().present()).doesNotContain(container);
        deployer().follow(container, LogMark.BEGIN, new Collected());
    }

    @Test
    final void aHookRunsOnceHoweverOftenItIsStarted() throws Exception {
        AppOrder like = order(serves());
        String hook = like.container() + "-before-1";
        deployer().makeHook(like, new Hook(hook, hook(7)));
        deployer().makeHook(like, new Hook(hook, hook(7)));
        assertThat(state(hook)).isEqualTo(State.MADE);
        assertThat(deployer().hooks()).contains(hook);
        assertThat(deployer().present()).doesNotContain(hook);

        String name = deployer().startHook(hook, hook + "-1").orElseThrow();
        assertThat(deployer().startHook(hook, hook + "-2")).contains(name);
        assertThat(awaitEnd(name).exitCode()).isEqualTo(7);
        assertThat(deployer().startHook(hook, hook + "-3")).contains(name);

        Collected output = new Collected();
        deployer().follow(name, LogMark.BEGIN, output);
        assertThat(output.text().lines()).hasSize(1);
        Collected rest = new Collected();
        deployer().follow(name, output.mark, rest);
        assertThat(rest.text()).isEmpty();
        assertThat(deployer().tail(name, 5)).hasSize(1);

        deployer().removeHook(hook);
        deployer().removeHook(hook);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(deployer().hooks()).doesNotContain(hook));
        assertThat(deployer().startHook(hook, hook + "-4")).isEmpty();
    }

    @Test
    final void anImageOfSlipwaysIsStartedByItsContent() throws Exception {
        String digest = "sha256:" + "0123456789abcdef".repeat(4);

        assertThat(deployer().ensure(new BuiltImage("contract/web", digest, digest)))
                .contains(digest);
    }

    /// What was given, as text.
    private static final class Collected implements Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private LogMark mark = LogMark.BEGIN;

        @Override
        public void bytes(byte[] given, int offset, int length, LogMark end) {
            bytes.write(given, offset, length);
            mark = end;
        }

        @Override
        public void gap(Instant from, Instant to) {
            throw new AssertionError("nothing is missing");
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
