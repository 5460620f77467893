package io.slipway.web.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunHistory.AttemptPlace;
import io.slipway.engine.run.RunHistory.NamedAttempt;
import io.slipway.fault.Fault;
import io.slipway.web.http.BodyOutput;
import io.vertx.core.http.HttpServerResponse;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What attempts print: how much, blocks of lines, the raw text.
public final class LogApi {
    private static final int BLOCK = 500;
    private static final int LARGEST_BLOCK = 2_000;
    private static final int LONGEST_PLAIN = 1 << 20;

    private final Database database;
    private final RunHistory history;
    private final LogReader logs;

    /// Adds the operations.
    public LogApi(Api api, Database database, RunHistory history, LogReader logs) {
        this.database = database;
        this.history = history;
        this.logs = logs;
        api.get("/projects/:project/runs/:run/log", this::named);
        api.get("/jobs/:job/attempts/:attempt/log", this::size);
        api.get("/jobs/:job/attempts/:attempt/log/lines", this::lines);
        api.get("/jobs/:job/attempts/:attempt/log.txt", this::text);
    }

    private record Size(long lines, long bytes, boolean complete, List<Fold> folds) {}

    private record Fold(
            long start,
            @Nullable Long end,
            String title,
            String state,
            @Nullable Long milliseconds) {}

    private Object size(ApiRequest request) {
        AttemptPlace attempt = attempt(request);
        LogReader.Size size = logs.size(attempt.id());
        List<Fold> folds =
                history.steps(attempt.id()).stream()
                        .filter(step -> step.firstLine() != null)
                        .map(LogApi::fold)
                        .toList();
        return new Size(size.lines(), size.bytes(), size.ended(), folds);
    }

    private static Fold fold(Run.Step step) {
        Long first = step.firstLine();
        var began = step.times().startedAt();
        var ended = step.times().endedAt();
        return new Fold(
                first == null ? 1 : first,
                step.lastLine(),
                step.name(),
                AppView.word(step.outcome() == null ? step.state() : step.outcome()),
                began == null || ended == null ? null : Duration.between(began, ended).toMillis());
    }

    /// A block of lines, and the colours that are on where it begins.
    private record Lines(
            long from,
            String sgr,
            List<String> lines,
            boolean complete,
            List<LogReader.Since> times) {}

    private Object lines(ApiRequest request) {
        long attempt = attempt(request).id();
        return lines(attempt, block(request, attempt));
    }

    private LogReader.Block block(ApiRequest request, long attempt) {
        int from = Math.max(request.query("from", 1, Integer.MAX_VALUE), 1);
        int count = Math.max(request.query("count", BLOCK, LARGEST_BLOCK), 1);
        return logs.lines(attempt, from, count);
    }

    private Lines lines(long attempt, LogReader.Block block) {
        LogLines shown = LogLines.of(block);
        return new Lines(
                shown.from(),
                colours(attempt, block.first()),
                shown.lines(),
                shown.complete(),
                shown.times());
    }

    /// A block of a job that is known by its name only.
    ///
    /// @param total lines of the whole log
    /// @param ended whether nothing more will come
    private record NamedLines(
            long job, int attempt, long total, boolean ended, @JsonUnwrapped Lines block) {}

    /// What a link to a line names, in one answer.
    private Object named(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        String job = request.query("job", "");
        if (job.isEmpty()) {
            throw ApiRequest.bad("job", "is missing");
        }
        Integer number =
                request.query("attempt") == null
                        ? null
                        : request.query("attempt", 1, Integer.MAX_VALUE);
        int run = request.pathInteger("run");
        NamedAttempt attempt =
                database.read(tx -> RunHistory.attempt(tx, project.id(), run, job, number))
                        .orElseThrow(() -> nothingPrinted(run, job));
        LogReader.Block block = block(request, attempt.id());
        return new NamedLines(
                attempt.job(),
                attempt.number(),
                block.total(),
                block.ended(),
                lines(attempt.id(), block));
    }

    private static Fault nothingPrinted(int run, String job) {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot find what " + job + " printed in run " + run + ": there is no such attempt",
                "take the job's name and its attempts from the run");
    }

    /// A colour that was turned on further up than this is not known any more.
    private String colours(long attempt, long line) {
        long from = Math.max(1, line - BLOCK);
        return from == line
                ? ""
                : Colours.after(logs.lines(attempt, from, (int) (line - from)).text());
    }

    /// The whole text, or a part of it by `Range`; without escape sequences it has no parts.
    private Object text(ApiRequest request) throws Exception {
        AttemptPlace attempt = attempt(request);
        boolean plain = request.query("plain", "").equals("1");
        HttpServerResponse response =
                request.context()
                        .response()
                        .putHeader("Content-Type", "text/plain; charset=utf-8")
                        .putHeader("X-Content-Type-Options", "nosniff")
                        .putHeader("Cache-Control", "no-store");
        ByteRange range = ByteRange.WHOLE;
        if (!plain) {
            long size = logs.textSize(attempt.id());
            range = ByteRange.of(request.context().request().getHeader("Range"), size);
            response.putHeader("Accept-Ranges", "bytes")
                    .putHeader("Content-Length", Long.toString(range.length()));
            range.tell(response, size);
        }
        request.context().request().resume();
        try (BodyOutput out = new BodyOutput(response, request.vertxContext());
                OutputStream shown = plain ? new PlainOutput(out) : out) {
            logs.copy(attempt.id(), shown, range.from(), range.to());
        }
        return Api.Answered.BY_ITSELF;
    }

    /// Bytes from the first to the one before the last; none where what is asked for is not there.
    private record ByteRange(long from, long to, int status) {
        static final ByteRange WHOLE = new ByteRange(0, Long.MAX_VALUE, 200);
        private static final Pattern ONE = Pattern.compile("bytes=([0-9]{0,15})-([0-9]{0,15})");

        /// @param header null: none was sent. One that is not understood is as if there were none.
        static ByteRange of(@Nullable String header, long size) {
            Matcher asked = ONE.matcher(header == null ? "" : header);
            if (!asked.matches() || asked.group(1).isEmpty() && asked.group(2).isEmpty()) {
                return new ByteRange(0, size, 200);
            }
            if (asked.group(1).isEmpty()) {
                long last = Math.min(Long.parseLong(asked.group(2)), size);
                return last == 0 ? none() : new ByteRange(size - last, size, 206);
            }
            long from = Long.parseLong(asked.group(1));
            long to = asked.group(2).isEmpty() ? size : Long.parseLong(asked.group(2)) + 1;
            if (from >= size) {
                return none();
            }
            return to <= from
                    ? new ByteRange(0, size, 200)
                    : new ByteRange(from, Math.min(to, size), 206);
        }

        private static ByteRange none() {
            return new ByteRange(0, 0, 416);
        }

        long length() {
            return to - from;
        }

        void tell(HttpServerResponse response, long size) {
            response.setStatusCode(status);
            if (status == 206) {
                response.putHeader("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
            } else if (status == 416) {
                response.putHeader("Content-Range", "bytes */" + size);
            }
        }
    }

    /// Leaves escape sequences out, line by line.
    private static final class PlainOutput extends OutputStream {
        private final OutputStream out;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        PlainOutput(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            line.write(b);
            if (b == '\n' || line.size() >= LONGEST_PLAIN) {
                emit();
            }
        }

        private void emit() throws IOException {
            out.write(
                    TerminalLine.plain(line.toString(StandardCharsets.UTF_8))
                            .getBytes(StandardCharsets.UTF_8));
            line.reset();
        }

        @Override
        public void close() throws IOException {
            emit();
        }
    }

    private AttemptPlace attempt(ApiRequest request) {
        long job = request.pathNumber("job");
        long number = request.pathNumber("attempt");
        return database.read(tx -> readable(tx, request.caller(), job, number));
    }

    /// The attempt, if the caller may read its project.
    ///
    /// @throws Fault NOT_FOUND when there is none, or the caller must not know of it
    public static AttemptPlace readable(Tx tx, Caller caller, long job, long number) {
        return RunHistory.attempt(tx, job, (int) Math.min(number, Integer.MAX_VALUE))
                .filter(
                        place ->
                                Access.may(
                                        caller,
                                        Right.READ,
                                        new Subject.OfProject(place.projectId())))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot find attempt " + number + " of job " + job,
                                        "take the job's id and its attempts from the run"));
    }
}
