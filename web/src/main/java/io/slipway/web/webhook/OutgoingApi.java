package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.outgoing.OutgoingForm;
import io.slipway.engine.outgoing.OutgoingWebhooks;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a project tells what happens, and what it told.
public final class OutgoingApi {
    private static final int SHOWN = 20;

    private final Database database;
    private final OutgoingWebhooks webhooks;
    private final Egress egress;
    private final String self;

    /// Adds the operations.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public OutgoingApi(
            Api api, Database database, OutgoingWebhooks webhooks, Egress egress, String self) {
        this.database = database;
        this.webhooks = webhooks;
        this.egress = egress;
        this.self = self;
        api.get("/projects/:project/outgoing", this::shown);
        api.add(HttpMethod.PUT, "/projects/:project/outgoing", this::set);
        api.add(HttpMethod.DELETE, "/projects/:project/outgoing", this::remove);
        api.add(HttpMethod.POST, "/projects/:project/outgoing/test", this::test);
    }

    private record Shown(@Nullable View webhook, List<MessageView> messages) {}

    private record View(String origin, String form, String createdAt, @Nullable String createdBy) {
        static View of(OutgoingWebhooks.Listed one) {
            return new View(
                    one.origin(), one.form().word(), one.createdAt().toString(), one.createdBy());
        }
    }

    private record MessageView(
            String id,
            String kind,
            String text,
            String state,
            @Nullable Integer status,
            String problem,
            int failures,
            String createdAt,
            @Nullable String endedAt) {
        static MessageView of(OutgoingWebhooks.Message one) {
            return new MessageView(
                    one.id().toString(),
                    one.kind(),
                    one.text(),
                    one.state(),
                    one.status(),
                    one.problem(),
                    one.failures(),
                    one.createdAt().toString(),
                    one.endedAt() == null ? null : one.endedAt().toString());
        }
    }

    private Object shown(ApiRequest request) {
        return database.read(
                tx -> {
                    long project = request.project(tx, Right.CONFIGURE).id();
                    return new Shown(
                            OutgoingWebhooks.find(tx, project).map(View::of).orElse(null),
                            OutgoingWebhooks.messages(tx, project, SHOWN, self).stream()
                                    .map(MessageView::of)
                                    .toList());
                });
    }

    private record Wanted(@Nullable String url, @Nullable String form) {}

    private Object set(ApiRequest request) throws Exception {
        database.read(tx -> request.project(tx, Right.CONFIGURE));
        Wanted wanted = request.body(Wanted.class);
        OutgoingForm form =
                OutgoingForm.of(wanted.form() == null ? "json" : wanted.form())
                        .orElseThrow(
                                () -> ApiRequest.bad("form", "is none of json, slack, discord"));
        if (wanted.url() == null) {
            throw ApiRequest.bad("url", "is missing");
        }
        EgressUrl url = EgressUrl.parse(wanted.url());
        if (url.scheme().equals("ssh")) {
            throw ApiRequest.bad("url", "is no web address");
        }
        egress.rules().addresses(url);
        Optional<String> secret =
                database.transaction(
                        tx ->
                                webhooks.set(
                                        tx,
                                        request.project(tx, Right.CONFIGURE).id(),
                                        url,
                                        form,
                                        request.caller()));
        Map<String, @Nullable Object> made = new HashMap<>();
        made.put("secret", secret.orElse(null));
        return made;
    }

    private @Nullable Object remove(ApiRequest request) {
        boolean removed =
                database.transaction(
                        tx ->
                                OutgoingWebhooks.remove(
                                        tx,
                                        request.project(tx, Right.CONFIGURE).id(),
                                        request.caller()));
        if (!removed) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot remove the outgoing webhook: this project has none",
                    "set one with PUT /projects/<project>/outgoing");
        }
        return null;
    }

    private Object test(ApiRequest request) {
        return new Api.Accepted(
                Map.of(
                        "message",
                        database.transaction(
                                        tx ->
                                                OutgoingWebhooks.test(
                                                        tx,
                                                        request.project(tx, Right.CONFIGURE).id()))
                                .toString()));
    }
}
