package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.engine.forge.Forge;
import io.slipway.engine.forge.Headers;
import io.slipway.engine.forge.Json;
import io.slipway.engine.forge.SignedBody;
import io.slipway.engine.inbox.Arrival;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.inbox.Inbox;
import io.slipway.engine.inbox.Receipt;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.http.BodyInput;
import io.slipway.web.http.ClientGone;
import io.slipway.web.http.FaultAnswer;
import io.slipway.web.http.Handover;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/// `POST /webhooks/<hook>`: size, proof over the raw body, meaning, one insert, commit, answer, in
/// this order. Nothing is parsed before the proof held, and nothing is answered 2xx before the
/// commit.
public final class WebhookHandler {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int KEPT_BODY = 64 << 10;
    private static final String BODY = WebhookHandler.class.getName();

    /// Large bodies are read one after the other: each may take some memory and 100 ms, in which
    /// nothing else of the processor's turn is done. One processor is left to the others.
    private static final int LARGE_AT_ONCE =
            Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, 2);

    private final KnownHooks hooks;
    private final Inbox inbox;
    private final Handover handover;
    private final InstantSource clock;
    private final Limits limits;
    private final Semaphore large = new Semaphore(LARGE_AT_ONCE);

    /// What a sender may take.
    ///
    /// @param bytes of a body
    /// @param time for a whole body to arrive
    public record Limits(long bytes, Duration time) {
        /// What forges send at most, and what the slowest of them need.
        public static final Limits STANDARD = new Limits(25L << 20, Duration.ofSeconds(30));
    }

    public WebhookHandler(
            Database database, Hooks hooks, Inbox inbox, Handover handover, Limits limits) {
        this.hooks = new KnownHooks(database, hooks);
        this.inbox = inbox;
        this.handover = handover;
        this.clock = InstantSource.system();
        this.limits = limits;
    }

    /// Takes everything below `/webhooks/`.
    public void mount(Router router) {
        router.route("/webhooks/:hook").handler(this::hurry).handler(blocking());
    }

    private io.vertx.core.Handler<RoutingContext> blocking() {
        return handover.to(
                context -> {
                    try {
                        take(context);
                    } catch (Refusal refusal) {
                        answer(context, refusal.status(), refusal.fault());
                    }
                },
                (context, fault) -> answer(context, status(fault), fault));
    }

    /// Who does not send all of a body in time is answered and cut off, whatever has arrived.
    private void hurry(RoutingContext context) {
        long timer =
                context.vertx()
                        .setTimer(
                                limits.time().toMillis(),
                                ignored -> {
                                    HttpServerRequest request = context.request();
                                    if (!request.isEnded() && !context.response().ended()) {
                                        say(
                                                context.response().putHeader("Connection", "close"),
                                                408,
                                                new Refused(
                                                        "cannot take the delivery: its body took"
                                                                + " longer than "
                                                                + limits.time().toSeconds()
                                                                + " s",
                                                        "send it again"));
                                        request.connection().close();
                                        BodyInput read = context.get(BODY);
                                        if (read != null) {
                                            read.abandon("it took too long");
                                        }
                                    }
                                });
        context.addEndHandler(ignored -> context.vertx().cancelTimer(timer));
        context.next();
    }

    private void take(RoutingContext context) throws IOException {
        HttpServerRequest request = context.request();
        if (!request.method().name().equals("POST")) {
            context.response().putHeader("Allow", "POST");
            throw new Refusal(
                    405, "cannot answer: this address takes deliveries of a forge", "use POST");
        }
        refuseForm(request);
        Hook hook = hook(String.valueOf(context.pathParam("hook")));
        Headers headers = new Headers(request.headers());
        Forge forge = Forge.of(hook.forge());
        SignedBody signed =
                new SignedBody(forge.proof(headers, clock.instant()), hook.secret().reveal());
        BodyInput input = BodyInput.of(context);
        context.put(BODY, input);
        try (SpooledBody body = SpooledBody.of(input, signed, limits.bytes())) {
            if (!signed.holds()) {
                throw new Fault(
                        Fault.Kind.PERMISSION,
                        "cannot take the delivery: its signature is not made with the hook's"
                                + " secret",
                        "set the same secret on the forge");
            }
            Forge.Reading reading = forge.read(headers, json(body));
            String name = forge.delivery(headers);
            if (name.length() > 200) {
                throw new Refusal(
                        400, "cannot take the delivery: its id is too long", "send a short id");
            }
            tell(
                    context,
                    inbox.take(
                            new Arrival(
                                    hook,
                                    name,
                                    headers.kept(),
                                    body.beginning(KEPT_BODY),
                                    body.size(),
                                    signed.digest(),
                                    reading)));
        }
    }

    private void refuseForm(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new Refusal(
                    415, "cannot take the delivery: its body is compressed", "send it as it is");
        }
        String type = request.getHeader("Content-Type");
        if (type != null
                && !type.toLowerCase(Locale.ROOT)
                        .matches("application/([a-z.-]+\\+)?json\\s*(;.*)?")) {
            throw new Refusal(
                    415,
                    "cannot take the delivery: its body is not said to be JSON",
                    "choose the content type application/json on the forge");
        }
        String length = request.getHeader("Content-Length");
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limits.bytes())) {
            throw SpooledBody.tooLarge(limits.bytes());
        }
    }

    private Hook hook(String address) {
        return hooks.find(address)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot take the delivery: there is no such hook",
                                        "copy the URL once more from the project's settings"));
    }

    private Json json(SpooledBody body) throws IOException {
        if (!body.large()) {
            return read(body);
        }
        try {
            large.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the server stops");
        }
        try {
            return read(body);
        } finally {
            large.release();
        }
    }

    private static Json read(SpooledBody body) throws IOException {
        try (InputStream in = body.open()) {
            return Json.read(in);
        }
    }

    /// What a forge is told of a delivery that is kept.
    private record Taken(String delivery, String state, String url) {}

    /// What a forge is told of a ping that is no project's.
    private record Pong(String state) {}

    private record Refused(String message, String remedy) {}

    private static void tell(RoutingContext context, Receipt receipt) {
        switch (receipt) {
            case Receipt.Accepted accepted -> tell(context, 202, accepted.delivery(), "received");
            case Receipt.Copy copy -> tell(context, 200, copy.delivery(), "duplicate");
            case Receipt.Answered ignored -> say(context.response(), 200, new Pong("answered"));
            case Receipt.NameTaken taken ->
                    throw new Refusal(
                            409,
                            "cannot take the delivery: another body arrived under its id before, as"
                                    + " "
                                    + taken.delivery(),
                            "give each delivery an id of its own");
            case Receipt.Foreign foreign ->
                    throw new Refusal(
                            422,
                            "cannot take the delivery: this hook does not speak for its repository",
                            "connect the repository with 'slipway connect'");
        }
    }

    private static void tell(RoutingContext context, int status, UUID delivery, String state) {
        String url = Api.PREFIX + "/webhooks/" + delivery;
        say(
                context.response().putHeader("Location", url),
                status,
                new Taken(delivery.toString(), state, url));
    }

    /// Who proves nothing is nobody: 401, as forges understand it.
    private static int status(Fault fault) {
        return fault.kind() == Fault.Kind.PERMISSION ? 401 : FaultAnswer.status(fault);
    }

    private static void answer(RoutingContext context, int status, Fault fault) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.ended()) {
            return;
        }
        @Nullable HttpServerRequest unread = context.request().isEnded() ? null : context.request();
        if (unread != null) {
            response.putHeader("Connection", "close");
        }
        say(response, status, new Refused(fault.message(), fault.remedy()));
        if (unread != null) {
            // Nothing more of it is wanted, however long it goes on.
            Handover.contextOf(context).runOnContext(ignored -> unread.connection().close());
        }
    }

    private static void say(HttpServerResponse response, int status, Object body) {
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(JSON.writeValueAsBytes(body)));
    }
}
