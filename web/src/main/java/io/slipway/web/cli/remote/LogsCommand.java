package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.cli.Patience;
import io.slipway.web.cli.TerminalText;
import io.slipway.web.cli.TimeText;
import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `slipway logs APP` and `slipway logs RUN [JOB]`: what containers printed.
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description =
                "Prints what an app's containers printed, over all its rollouts, or what a job of"
                        + " a run did.")
public final class LogsCommand extends ServerWord {
    private static final int AROUND = 2;

    @Parameters(
            index = "0",
            paramLabel = "APP|RUN",
            description = "the app's name, or the run's number")
    private String of = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "JOB",
            description = "of a run; default: the one that failed, else each of them in turn")
    private @Nullable String job;

    @Option(
            names = "--environment",
            paramLabel = "ENVIRONMENT",
            description = "of an app; default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Option(
            names = "--attempt",
            paramLabel = "NUMBER",
            description = "of a job; default: the newest")
    private @Nullable Integer attempt;

    @Option(
            names = {"-f", "--follow"},
            description = "goes on until Ctrl-C; of a job until it ends")
    private boolean follow;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeText.class,
            description =
                    "with -f: goes on at most so long, such as 90s, 10m or 2h; then the exit code"
                            + " is 5")
    private @Nullable Duration timeout;

    @Option(
            names = {"-e", "--errors"},
            description = "of a job: only lines that look like an error, with what is around them")
    private boolean errors;

    @Option(
            names = "--grep",
            paramLabel = "TEXT",
            description = "of a job: only lines with this text, with their numbers")
    private @Nullable String grep;

    @Option(names = "--raw", description = "leaves escape sequences as they are")
    private boolean raw;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws InterruptedException, IOException {
        if (timeout != null && !follow) {
            throw new ParameterException(spec.commandLine(), "--timeout needs -f");
        }
        Patience patience = new Patience(timeout);
        if (!of.matches("[1-9][0-9]{0,8}")) {
            if (errors || grep != null || job != null || attempt != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "-e, --grep, --attempt and JOB need a run: slipway logs RUN [JOB]");
            }
            String path =
                    projectPath()
                            + "/apps/"
                            + ApiClient.escaped(of)
                            + "/log?environment="
                            + ApiClient.escaped(environment)
                            + "&follow="
                            + follow;
            copy(api, path, out, patience);
            return patience.isOver() ? Patience.TIMED_OUT : 0;
        }
        List<JsonNode> jobs = jobs(api.get(projectPath() + "/runs/" + of));
        for (JsonNode one : jobs) {
            if (jobs.size() > 1) {
                out.println("== " + one.path("name").asString("") + " ==");
            }
            if (!print(api, one, out, patience)) {
                return Patience.TIMED_OUT;
            }
        }
        return 0;
    }

    /// @return whether it was all of it
    private boolean print(ApiClient api, JsonNode one, PrintWriter out, Patience patience)
            throws InterruptedException, IOException {
        int number = attempt == null ? one.path("attempts").size() : attempt;
        if (number == 0) {
            out.println(one.path("name").asString("") + " has not begun");
            out.flush();
            return true;
        }
        String path = "/jobs/" + one.path("id").asLong() + "/attempts/" + number + "/log";
        if (errors || grep != null) {
            String found =
                    grep == null ? path + "/errors" : path + "/search?q=" + ApiClient.escaped(grep);
            lines(api, path, api.get(found), grep == null ? AROUND : 0, out);
        } else if (follow && !one.path("state").asString("").equals("ended")) {
            TerminalText text = text();
            boolean ended =
                    new LogFollower(api, line -> out.print(safe(text, line, "\n")), out::flush)
                            .follow(one.path("id").asLong(), number, patience);
            out.print(text.end());
            return ended;
        } else {
            copy(api, path + ".txt", out, patience);
        }
        return true;
    }

    /// Those that were asked for.
    private List<JsonNode> jobs(JsonNode run) {
        List<JsonNode> all = new ArrayList<>();
        run.path("jobs").forEach(all::add);
        if (job != null) {
            List<JsonNode> named =
                    all.stream().filter(one -> one.path("name").asString("").equals(job)).toList();
            if (named.isEmpty()) {
                List<String> names =
                        all.stream().map(one -> one.path("name").asString("")).toList();
                throw new Fault(
                        Kind.NOT_FOUND,
                        "cannot print the log: run " + of + " has no job '" + job + "'",
                        names.isEmpty() ? "it has no jobs" : "it has " + String.join(", ", names));
            }
            return named;
        }
        List<JsonNode> bad =
                all.stream()
                        .filter(one -> one.path("outcome").asString("").matches("failed|errored"))
                        .toList();
        List<JsonNode> begun = all.stream().filter(one -> !one.path("attempts").isEmpty()).toList();
        return bad.isEmpty() ? begun : List.of(bad.getFirst());
    }

    private void copy(ApiClient api, String path, PrintWriter out, Patience patience)
            throws InterruptedException, IOException {
        try (InputStream log = api.stream(path);
                Patience.Guard _ = patience.guard(log)) {
            byte[] buffer = new byte[8192];
            TerminalText text = text();
            int count;
            while ((count = log.read(buffer)) >= 0) {
                out.print(text.take(buffer, count));
                out.flush();
            }
            out.print(text.end());
            out.flush();
        } catch (IOException e) {
            if (!patience.isOver()) {
                throw e;
            }
        }
    }

    private TerminalText text() {
        return new TerminalText(
                raw
                        ? TerminalText.Keep.ALL
                        : colours() ? TerminalText.Keep.COLOURS : TerminalText.Keep.TEXT);
    }

    private static String safe(TerminalText text, JsonNode line, String end) {
        byte[] bytes = (line.asString("") + end).getBytes(StandardCharsets.UTF_8);
        return text.take(bytes, bytes.length);
    }

    /// Lines by number, with some around each; what is between is left out and shown as such.
    private void lines(ApiClient api, String path, JsonNode found, int around, PrintWriter out)
            throws InterruptedException {
        if (found.path("hits").isEmpty()) {
            out.println(grep == null ? "no line looks like an error" : "no line has that text");
            out.flush();
            return;
        }
        long told = 0;
        for (JsonNode hit : found.path("hits")) {
            long line = hit.asLong();
            long from = Math.max(Math.max(line - around, told + 1), 1);
            if (from > line + around) {
                continue;
            }
            if (told != 0 && from > told + 1 && around > 0) {
                out.println("      …");
            }
            JsonNode block =
                    api.get(path + "/lines?from=" + from + "&count=" + (line + around - from + 1));
            long number = block.path("from").asLong(from);
            for (JsonNode one : block.path("lines")) {
                TerminalText text = text();
                out.printf("%6d  %s%s%n", number, safe(text, one, ""), text.end());
                told = number++;
            }
        }
        if (found.path("more").asBoolean(false)) {
            out.println("and more: " + found.path("total").asLong() + " lines in all");
        }
        out.flush();
    }
}
