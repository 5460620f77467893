package io.slipway.web.server;

import io.slipway.engine.connect.HookMaker;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.inbox.Inbox;
import io.slipway.engine.inbox.InboxWorker;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.web.api.Api;
import io.slipway.web.http.Handover;
import io.slipway.web.webhook.HookApi;
import io.slipway.web.webhook.WebhookApi;
import io.slipway.web.webhook.WebhookHandler;
import io.vertx.ext.web.Router;

/// What takes what forges send, and has it handled.
final class WebhookParts implements AutoCloseable {
    private final Foundation base;
    private final Hooks hooks;
    private final InboxWorker worker;
    private final Inbox inbox;

    /// @param handling of what forges send
    WebhookParts(Foundation base, SealingKey key, Handling handling) {
        this.base = base;
        this.hooks = new Hooks(key);
        this.worker =
                new InboxWorker(
                        base.database(),
                        base.folder().identity(),
                        handling,
                        (project, ref) -> base.database().change(tx -> Remotes.look(tx, project)));
        this.inbox = new Inbox(base.database(), worker::wake);
    }

    /// Where forges send.
    HookMaker hookMaker() {
        return new ForgeHooks(hooks, base.settings().serving().url().toString());
    }

    /// To be called once this server has been seen as present.
    void start() {
        worker.start();
    }

    void mount(Router router, Api api, Handover handover) {
        new WebhookHandler(base.database(), hooks, inbox, handover, WebhookHandler.Limits.STANDARD)
                .mount(router);
        new HookApi(api, base.database(), hooks, base.settings().serving().url().toString());
        new WebhookApi(api, base.database(), inbox);
    }

    @Override
    public void close() {
        worker.close();
    }
}
