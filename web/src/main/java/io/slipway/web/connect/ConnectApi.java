package io.slipway.web.connect;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.connect.Connections;
import io.slipway.engine.connect.HookMaker;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.project.Project;
import io.slipway.engine.remote.HostKey;
import io.slipway.engine.schedule.ByHand;
import io.slipway.engine.secret.Secret;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Connects repositories elsewhere, and lets connected projects roll out.
public final class ConnectApi {
    private static final int MOST_NAMES = 1000;
    private static final int MOST_KEYS = 20;

    private final Database database;
    private final Connections connections;
    private final ByHand byHand;

    /// Adds the operations.
    ///
    /// @param byHand starts the run of the commit that waits for being enabled
    public ConnectApi(Api api, Database database, Connections connections, ByHand byHand) {
        this.database = database;
        this.connections = connections;
        this.byHand = byHand;
        api.add(HttpMethod.POST, "/connections", this::connect);
        api.add(HttpMethod.POST, "/connections/offered", this::offered);
        api.add(HttpMethod.POST, "/connections/host-key", this::hostKey);
        api.add(HttpMethod.POST, "/projects/:project/enable", this::enable);
    }

    private record Asked(
            @Nullable String forge,
            @Nullable String url,
            @Nullable String token,
            @Nullable List<String> repositories,
            @Nullable Boolean all,
            @Nullable Boolean app,
            @Nullable String organisation,
            @Nullable Boolean ssh,
            @Nullable List<String> hostKeys,
            @Nullable Integer pollSeconds) {
        Connections.Wish wish() {
            String kind = forge == null ? "" : forge;
            ForgeKind known =
                    ForgeKind.of(kind)
                            .orElseThrow(() -> ApiRequest.bad("forge", "'" + kind + "' is none"));
            if (url == null) {
                throw ApiRequest.bad("url", "is missing");
            }
            List<String> names = repositories == null ? List.of() : repositories;
            if (names.size() > MOST_NAMES) {
                throw ApiRequest.bad("repositories", "are more than " + MOST_NAMES);
            }
            int poll = pollSeconds == null ? 300 : pollSeconds;
            if (poll < 1 || poll > 86_400) {
                throw ApiRequest.bad("pollSeconds", "is not between 1 and 86400");
            }
            String hooked = organisation == null ? "" : organisation.strip();
            if (!hooked.isEmpty() && known == ForgeKind.GENERIC) {
                throw ApiRequest.bad("organisation", "is nothing that a plain git server has");
            }
            boolean byApp = Boolean.TRUE.equals(app);
            if (byApp && known != ForgeKind.GITHUB) {
                throw ApiRequest.bad("app", "is nothing that another forge than github has");
            }
            boolean bySsh = Boolean.TRUE.equals(ssh);
            if (bySsh && known == ForgeKind.GENERIC) {
                throw ApiRequest.bad("ssh", "is said by the repository's own url");
            }
            return new Connections.Wish(
                            known,
                            EgressUrl.parse(url),
                            token == null || token.isBlank() ? null : Secret.of(token.strip()),
                            byApp,
                            names,
                            Boolean.TRUE.equals(all),
                            hooked,
                            bySsh,
                            keys(),
                            Duration.ofSeconds(poll))
                    .asked();
        }

        private List<HostKey> keys() {
            List<String> lines = hostKeys == null ? List.of() : hostKeys;
            if (lines.size() > MOST_KEYS) {
                throw ApiRequest.bad("hostKeys", "are more than " + MOST_KEYS);
            }
            return lines.stream().map(HostKey::parse).toList();
        }
    }

    private record View(
            String project,
            String repository,
            boolean made,
            boolean told,
            @Nullable HookView hook,
            String why,
            @Nullable String deployKey) {
        static View of(Connections.Connected one) {
            HookMaker.Made hook = one.hook();
            return new View(
                    one.project().name().toString(),
                    one.repository(),
                    one.made(),
                    one.told(),
                    hook == null ? null : new HookView(hook.url(), hook.secret().reveal()),
                    one.why(),
                    one.deployKey());
        }
    }

    private record HookView(String url, String secret) {}

    private Object connect(ApiRequest request) throws IOException {
        Connections.Wish wish = request.body(Asked.class).wish();
        if (!wish.all() && wish.names().isEmpty() && wish.forge() != ForgeKind.GENERIC) {
            throw ApiRequest.bad("repositories", "are missing, and all of them are not asked for");
        }
        List<View> connected =
                connections.connect(request.caller(), wish).stream().map(View::of).toList();
        return Map.of("connections", connected);
    }

    private Object offered(ApiRequest request) throws IOException {
        Connections.Wish wish = request.body(Asked.class).wish();
        return Map.of("repositories", connections.offered(request.caller(), wish));
    }

    private Object hostKey(ApiRequest request) throws IOException {
        EgressUrl server = server(request, request.body(Asked.class));
        HostKey key = connections.shown(request.caller(), server);
        return Map.of(
                "server", server.origin(), "key", key.toString(), "fingerprint", key.fingerprint());
    }

    /// The one that was named, or the one from which a forge's repositories would come.
    private EgressUrl server(ApiRequest request, Asked asked) {
        String url = asked.url();
        if (url == null) {
            throw ApiRequest.bad("url", "is missing");
        }
        return asked.forge() == null || asked.forge().equals(ForgeKind.GENERIC.word())
                ? EgressUrl.parse(url)
                : connections.sshServer(request.caller(), asked.wish());
    }

    /// @param run that rolls out what is there already; null: there is nothing to roll out yet
    private record Enabled(boolean enabled, boolean changed, @Nullable Integer run) {}

    /// Whoever asks again after it was cut off gets the run that is missing.
    private Object enable(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.ROLL_OUT));
        boolean changed =
                database.transaction(tx -> connections.enable(tx, request.caller(), project));
        return new Api.Accepted(
                new Enabled(true, changed, byHand.rollOut(request.caller(), project)));
    }
}
