package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.http.BodyOutput;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// Commands in the container of an app that serves. Whoever runs one sees what the app sees,
/// secrets too, and changes what it may change: that takes the rights to roll out and to configure.
public final class ExecApi {
    private static final int AT_ONCE = 16;
    private static final int MOST_WORDS = 500;
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

    private final Database database;
    private final Deployer deployer;
    private final Semaphore room = new Semaphore(AT_ONCE);

    /// Adds the operation.
    public ExecApi(Api api, Database database, Deployer deployer) {
        this.database = database;
        this.deployer = deployer;
        api.add(HttpMethod.POST, "/projects/:project/apps/:app/exec", this::exec);
    }

    /// @param input base64; null for none
    private record Wanted(@Nullable List<String> command, byte @Nullable [] input) {
        @Override
        public String toString() {
            return "a command";
        }
    }

    private Object exec(ApiRequest request) throws Exception {
        if (request.context().request().getHeader("Idempotency-Key") != null) {
            throw ApiRequest.bad("Idempotency-Key", "is not taken: output is not kept");
        }
        Wanted wanted = request.body(Wanted.class);
        List<String> command = wanted.command() == null ? List.of() : wanted.command();
        if (command.isEmpty() || command.size() > MOST_WORDS || command.getFirst().isEmpty()) {
            throw ApiRequest.bad("command", "is empty or has more than " + MOST_WORDS + " words");
        }
        byte[] input = wanted.input() == null ? new byte[0] : wanted.input();
        String container = database.transaction(tx -> container(tx, request, command));
        if (!room.tryAcquire()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot run " + command.getFirst() + ": " + AT_ONCE + " commands run already",
                    "wait until one of them has ended");
        }
        try {
            answer(request, container, command, input);
        } finally {
            room.release();
        }
        return Api.Answered.BY_ITSELF;
    }

    /// Kept with who, where and which program; not its arguments, which may be secrets.
    private static String container(Tx tx, ApiRequest request, List<String> command) {
        Project project = request.project(tx, Right.ROLL_OUT);
        Access.require(request.caller(), Right.CONFIGURE, project);
        String environment = request.query("environment", "production");
        String app = request.path("app");
        Placement placement =
                Placements.find(tx, project.id(), environment, app)
                        .orElseThrow(() -> nothingServes(app, environment));
        String container =
                Placements.serving(tx, placement.id())
                        .orElseThrow(() -> nothingServes(app, environment));
        Audit.add(
                tx,
                request.caller(),
                new Audit.Entry(
                        project.id(),
                        "exec",
                        app + " in " + environment,
                        Map.of("program", command.getFirst(), "words", command.size())));
        return container;
    }

    private static Fault nothingServes(String app, String environment) {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot run anything in " + app + ": nothing of it serves in " + environment,
                "see the apps with 'slipway status'");
    }

    private void answer(ApiRequest request, String container, List<String> command, byte[] input)
            throws IOException {
        request.context()
                .response()
                .putHeader("Content-Type", "application/x-ndjson")
                .putHeader("X-Accel-Buffering", "no")
                .putHeader("Cache-Control", "no-store");
        Thread self = Thread.currentThread();
        try (BodyOutput out =
                new BodyOutput(request.context().response(), request.vertxContext())) {
            Thread alive = Thread.ofVirtual().name("exec-alive").start(() -> giveSigns(out, self));
            Map<String, Object> end = new LinkedHashMap<>();
            try {
                int code =
                        deployer.exec(
                                container,
                                command,
                                input,
                                (error, bytes, offset, length) ->
                                        line(
                                                out,
                                                Map.of(
                                                        error ? "err" : "out",
                                                        encoded(bytes, offset, length))));
                end.put("exit", code);
            } catch (Fault e) {
                end.put("fault", e.message());
                end.put("remedy", e.remedy());
            } catch (InterruptedException e) {
                return; // nobody listens any more
            } finally {
                alive.interrupt();
            }
            line(out, end);
        }
    }

    private static String encoded(byte[] bytes, int offset, int length) {
        byte[] part = new byte[length];
        System.arraycopy(bytes, offset, part, 0, length);
        return Base64.getEncoder().encodeToString(part);
    }

    /// An empty line now and then: proxies keep the connection, and a client that is gone is
    /// noticed.
    private static void giveSigns(BodyOutput out, Thread worker) {
        try {
            while (true) {
                Thread.sleep(SIGN_OF_LIFE);
                out.write('\n');
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            worker.interrupt();
        }
    }

    private static void line(BodyOutput out, Object json) throws IOException {
        String text = ApiFaults.JSON.writeValueAsString(json) + "\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
