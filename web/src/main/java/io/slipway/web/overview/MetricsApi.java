package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.http.Handover;
import io.vertx.core.buffer.Buffer;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.Locale;

/// How busy the instance is, and how its server fares, in the text format of Prometheus.
public final class MetricsApi {
    private static final String RUNNERS =
            """
            select r.name, r.slots,
                (select count(*) from attempts a
                 where a.runner_id = r.id and a.state = 'running' and a.takes_slot) as used,
                -- each part has an index of what is queued; what has ended is not looked through
                (select count(*) from attempts a
                 where a.runner_id = r.id and a.state = 'queued' and a.takes_slot)
                + (select count(*) from attempts a
                 where a.runner_id = r.id and a.state = 'queued' and not a.takes_slot) as queued
            from runners r
            order by r.name
            """;

    private static final String OPEN_RUNS =
            "select count(*) as runs from runs where state <> 'ended'";

    private static final String OPEN_ROLLOUTS =
            """
            select count(*) as rollouts from attempts a join jobs j on j.id = a.job_id
            where a.state = 'running' and j.kind = 'rollout'
            """;

    private static final String SERVERS =
            "select count(*) as servers from servers where seen_at > now() - interval '1 minute'";

    private final Database database;

    /// Adds the operation.
    public MetricsApi(Api api, Database database) {
        this.database = database;
        api.get("/metrics", this::metrics);
    }

    private record Runner(String name, long slots, long used, long queued) {}

    private Object metrics(ApiRequest request) {
        String text = database.read(MetricsApi::instance) + process();
        request.context()
                .response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .putHeader("Cache-Control", "no-cache")
                .end(Buffer.buffer(text));
        Handover.drain(request.context());
        return Api.Answered.BY_ITSELF;
    }

    private static String instance(Tx tx) {
        List<Runner> runners =
                tx.query(
                        RUNNERS,
                        row ->
                                new Runner(
                                        row.text("name"),
                                        row.number("slots"),
                                        row.number("used"),
                                        row.number("queued")));
        Text text = new Text();
        text.about("slipway_runner_slots", "Jobs and builds that a runner takes at once.");
        runners.forEach(r -> text.runner("slipway_runner_slots", r.name(), r.slots()));
        text.about("slipway_runner_running", "Jobs and builds that run.");
        runners.forEach(r -> text.runner("slipway_runner_running", r.name(), r.used()));
        text.about("slipway_runner_queued", "Jobs, builds and rollouts that wait for a runner.");
        runners.forEach(r -> text.runner("slipway_runner_queued", r.name(), r.queued()));
        text.about("slipway_runs_open", "Runs that have not ended.");
        text.value("slipway_runs_open", tx.one(OPEN_RUNS, row -> row.number("runs")));
        text.about("slipway_rollouts_running", "Rollouts that run.");
        text.value(
                "slipway_rollouts_running", tx.one(OPEN_ROLLOUTS, row -> row.number("rollouts")));
        text.about("slipway_servers", "Servers that share the database and were seen last minute.");
        text.value("slipway_servers", tx.one(SERVERS, row -> row.number("servers")));
        return text.all.toString();
    }

    private static String process() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        Text text = new Text();
        text.about("slipway_heap_bytes", "Memory that objects of the server have.");
        text.value("slipway_heap_bytes", memory.getHeapMemoryUsage().getUsed());
        text.about("slipway_heap_limit_bytes", "Memory that objects of the server may have.");
        text.value("slipway_heap_limit_bytes", memory.getHeapMemoryUsage().getMax());
        text.about("process_start_time_seconds", "When the server was started, since 1970.");
        text.all.append(
                String.format(
                        Locale.ROOT,
                        "process_start_time_seconds %.3f\n",
                        ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0));
        return text.all.toString();
    }

    private static final class Text {
        private final StringBuilder all = new StringBuilder();

        void about(String name, String what) {
            all.append("# HELP ").append(name).append(' ').append(what).append('\n');
            all.append("# TYPE ").append(name).append(" gauge\n");
        }

        /// @param runner of the operator's choice, and never with quotation marks
        void runner(String name, String runner, long value) {
            all.append(name).append("{runner=\"").append(runner).append("\"} ");
            all.append(value).append('\n');
        }

        void value(String name, long value) {
            all.append(name).append(' ').append(value).append('\n');
        }
    }
}
