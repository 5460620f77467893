package io.slipway.web.cli.remote;

import io.slipway.web.cli.Colouring;
import io.slipway.web.cli.Patience;
import io.slipway.web.cli.TimeText;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;

/// How a run is followed to its end, by every word that starts or watches one: in a terminal as a
/// block that is drawn anew, elsewhere as lines.
final class FollowFlags {
    @Option(names = "--plain", description = "lines, also in a terminal")
    private boolean plain;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeText.class,
            description =
                    "waits at most so long, such as 90s, 10m or 2h; then the exit code is 5 and the"
                            + " run goes on")
    private @Nullable Duration timeout;

    /// @return the exit code
    int follow(ServerWord word, ApiClient api, long run) throws InterruptedException {
        return follow(word, api, run, false);
    }

    /// @param json whether each line is what the server answered
    /// @return the exit code
    int follow(ServerWord word, ApiClient api, long run, boolean json) throws InterruptedException {
        PrintWriter out = word.out();
        Map<String, String> environment = System.getenv();
        boolean block =
                !plain
                        && !json
                        && Colouring.terminal(environment)
                        && environment.getOrDefault("CI", "").isEmpty();
        Patience patience = new Patience(timeout);
        return block
                ? new RunBlock(api, out, word.err(), word.colours(), patience)
                        .follow(word.project(), run)
                : new RunFollower(api, out, word.err(), json, patience).follow(word.project(), run);
    }
}
