package io.slipway.web.overview;

import io.slipway.engine.estimate.Trace;
import io.slipway.engine.run.Run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A run's trace in the JSON form of the OpenTelemetry protocol, version 1: what a collector takes
/// at `/v1/traces`. The same run has the same ids each time, so sending it twice shows it once.
record OtlpTrace(List<ResourceSpans> resourceSpans) {
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;
    private static final int INTERNAL = 1;
    private static final int OK = 1;
    private static final int ERROR = 2;

    record ResourceSpans(Resource resource, List<ScopeSpans> scopeSpans) {}

    record Resource(List<Attribute> attributes) {}

    record ScopeSpans(Scope scope, List<Span> spans) {}

    record Scope(String name) {}

    record Span(
            String traceId,
            String spanId,
            String parentSpanId,
            String name,
            int kind,
            String startTimeUnixNano,
            String endTimeUnixNano,
            List<Attribute> attributes,
            Status status) {}

    record Status(int code) {}

    record Attribute(String key, Text value) {}

    record Text(String stringValue) {}

    static OtlpTrace of(Run run, Trace trace) {
        String key = run.project() + "/" + run.number() + "/" + run.start().at();
        String id = id(key, TRACE_BYTES);
        String root = id(key + "/run", SPAN_BYTES);
        List<Span> spans = new ArrayList<>();
        String outcome =
                run.progress().outcome() == null ? "running" : word(run.progress().outcome());
        spans.add(
                new Span(
                        id,
                        root,
                        "",
                        "run " + run.number(),
                        INTERNAL,
                        nanos(trace.begin()),
                        nanos(trace.end()),
                        List.of(
                                attribute("vcs.ref.head.name", run.source().ref()),
                                attribute("vcs.ref.head.revision", run.source().commit().hex())),
                        status(outcome)));
        Map<String, String> jobs = new HashMap<>();
        for (Trace.Span span : trace.spans()) {
            String own = id(key + "/" + spans.size(), SPAN_BYTES);
            boolean job = span.kind() == Trace.Kind.JOB;
            if (job) {
                jobs.put(span.job(), own);
            }
            boolean inside = span.kind() == Trace.Kind.STEP || span.kind() == Trace.Kind.PREPARE;
            String parent = inside ? jobs.getOrDefault(span.job(), root) : root;
            spans.add(
                    new Span(
                            id,
                            own,
                            parent,
                            name(span),
                            INTERNAL,
                            nanos(span.begin()),
                            nanos(span.end()),
                            List.of(attribute("cicd.pipeline.task.name", span.job())),
                            status(span.state())));
        }
        return new OtlpTrace(
                List.of(
                        new ResourceSpans(
                                new Resource(List.of(attribute("service.name", run.project()))),
                                List.of(new ScopeSpans(new Scope("slipway"), spans)))));
    }

    private static String name(Trace.Span span) {
        return switch (span.kind()) {
            case JOB, STEP -> span.name();
            case WAIT -> "wait for " + span.name();
            case PREPARE -> "prepare " + span.name();
        };
    }

    private static Status status(String state) {
        return switch (state) {
            case "succeeded", "skipped" -> new Status(OK);
            case "failed", "errored", "cancelled" -> new Status(ERROR);
            default -> new Status(0);
        };
    }

    private static Attribute attribute(String key, String value) {
        return new Attribute(key, new Text(value));
    }

    private static String nanos(Instant at) {
        return Long.toString(at.getEpochSecond() * 1_000_000_000L + at.getNano());
    }

    private static String word(Enum<?> of) {
        return of.name().toLowerCase(Locale.ROOT);
    }

    private static String id(String of, int bytes) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(of.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
