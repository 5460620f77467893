package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.release.TestClaim;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.source.CommitId;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A claim that is lost at any byte, and the next one that reads on.
final class CheckOutputTest {
    private static final String STREAM =
            mark("ready")
                    + mark("begin 0")
                    + "tests\n"
                    + mark("end 0 0")
                    + mark("out ONE=1")
                    + "still here\n"
                    + mark("out TWO=2")
                    + "and here\n"
                    + mark("outputs");

    private static String mark(String text) {
        return "\u001eslipway nonce " + text + "\n";
    }

    private static TestClaim claim() {
        Claim.Job job =
                new Claim.Job(
                        1,
                        1,
                        1,
                        "hello",
                        1,
                        1,
                        "refs/heads/main",
                        CommitId.ZERO,
                        "push",
                        "anna",
                        "test",
                        new ImageSpec("web", "", "Dockerfile", null));
        return new TestClaim(job, new AttemptName("00000000", 1, 1));
    }

    private static void read(TestClaim claim, int upTo, boolean end) {
        byte[] stream = STREAM.getBytes(StandardCharsets.UTF_8);
        int from = (int) claim.sourceEnd();
        CheckOutput output = new CheckOutput(claim, Masks.NONE, 1);
        if (upTo > from) {
            output.output(stream, from, upTo - from, upTo);
        }
        if (end) {
            output.end();
        }
    }

    @Test
    void whatIsPrintedBesideOutputsIsLostWithNoneOfThem() {
        for (int cut = 0; cut <= STREAM.length(); cut++) {
            TestClaim claim = claim();
            read(claim, cut, false);
            read(claim, STREAM.length(), true);

            assertThat(claim.left).as("cut at %d", cut).isEqualTo(Map.of("ONE", "1", "TWO", "2"));
            assertThat(claim.printed.toString())
                    .as("cut at %d", cut)
                    .isEqualTo("tests\nstill here\nand here\n");
        }
    }

    @Test
    void nothingIsMissingOnceTheStarterHasToldItsEnd() {
        CheckOutput output = new CheckOutput(claim(), Masks.NONE, 1);
        String steps = mark("ready") + mark("begin 0") + "tests\n" + mark("end 0 0");
        byte[] stream = (steps + mark("done")).getBytes(StandardCharsets.UTF_8);

        output.output(stream, 0, steps.length(), steps.length());
        assertThat(output.whole()).isFalse();
        output.output(stream, steps.length(), stream.length - steps.length(), stream.length);
        assertThat(output.whole()).isTrue();
    }

    @Test
    void moreThanIsHeldBackIsToldAllTheSame() {
        TestClaim claim = claim();
        CheckOutput output = new CheckOutput(claim, Masks.NONE, 1);
        String much = "x".repeat(1000).concat("\n").repeat(1200);
        byte[] stream = (mark("ready") + mark("out ONE=1") + much).getBytes(StandardCharsets.UTF_8);

        output.output(stream, 0, stream.length, stream.length);

        assertThat(claim.printed.length()).isEqualTo(much.length());
        assertThat(claim.sourceEnd()).isEqualTo(mark("ready").length());
    }

    @Test
    void whatServicesPrintedFollowsInRowsOfTheirOwnWhereverItIsCut() {
        String steps = mark("ready") + mark("begin 0") + "tests\n" + mark("end 0 0");
        String db = "started\n" + mark("begin 0");
        String whole = steps + db + "out of work";
        Runner.ServiceEnd first = new Runner.ServiceEnd("db", null, false);
        Runner.ServiceEnd second = new Runner.ServiceEnd("queue", 3, false);
        for (int cut = 0; cut <= whole.length(); cut++) {
            TestClaim claim = claim();
            for (int end : new int[] {cut, whole.length()}) {
                byte[] stream = whole.getBytes(StandardCharsets.UTF_8);
                int[] bounds = {0, steps.length(), steps.length() + db.length(), whole.length()};
                int from = (int) claim.sourceEnd();
                CheckOutput output = new CheckOutput(claim, Masks.NONE, 1);
                for (int i = 0; i < 3 && bounds[i] <= end; i++) {
                    if (i > 0) {
                        output.service(i == 1 ? first : second, bounds[i]);
                    }
                    int begin = Math.max(from, bounds[i]);
                    int upTo = Math.min(end, bounds[i + 1]);
                    if (begin < upTo) {
                        output.output(stream, begin, upTo - begin, upTo);
                    }
                }
                if (end == whole.length()) {
                    output.end();
                }
            }
            assertThat(claim.printed.toString())
                    .as("cut at %d", cut)
                    .isEqualTo("tests\n" + db + "out of work");
            assertThat(claim.rows)
                    .as("cut at %d", cut)
                    .containsExactly(
                            "begin 0",
                            "end 0 SUCCEEDED 0",
                            "begin 1",
                            "end 1 SUCCEEDED null",
                            "begin 2",
                            "end 2 FAILED 3");
        }
    }
}
