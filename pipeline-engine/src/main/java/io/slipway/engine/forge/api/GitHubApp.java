package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Answer;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A GitHub App that the operator registered. It proves itself by a signature that holds for
/// minutes, and is given tokens that hold for an hour: for each repository one that may do nothing
/// with another one. They are kept in memory until they end, and nowhere else. Safe for use by many
/// threads; each call blocks for as long as GitHub takes to answer.
public final class GitHubApp {
    private static final int MOST_PAGES = 20;
    private static final int PAGE = 100;
    private static final int LONGEST_TOKEN = 4096;

    /// GitHub takes 10 minutes at most, and no time that is to come by its own clock.
    private static final Duration SIGNED_FOR = Duration.ofMinutes(9);

    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    /// What begins now must come to its end with its token.
    private static final Duration FRESH = Duration.ofMinutes(15);

    private final Egress egress;
    private final EgressUrl base;
    private final String id;
    private final AppKey key;
    private final Clock clock;
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /// @param base `https://github.com`, or that of a GitHub Enterprise Server
    /// @param id the App's id, or its client id
    public GitHubApp(Egress egress, EgressUrl base, String id, AppKey key) {
        this(egress, base, id, key, Clock.systemUTC());
    }

    GitHubApp(Egress egress, EgressUrl base, String id, AppKey key, Clock clock) {
        this.egress = egress;
        this.base = base;
        this.id = id;
        this.key = key;
        this.clock = clock;
    }

    /// Where the token of one repository is kept; whoever comes while it is asked for waits.
    private static final class Place {
        private @Nullable Token token;
    }

    private record Token(Secret secret, Instant end) {}

    /// The App's id.
    public String id() {
        return id;
    }

    /// Whether it is registered at that forge.
    public boolean isAt(ForgeKind forge, EgressUrl there) {
        return forge == ForgeKind.GITHUB && there.origin().equals(base.origin());
    }

    /// What lets ask about one repository, fetch it and write to it; good for some minutes at
    /// least.
    ///
    /// @param name `owner/name`
    /// @param repositoryId GitHub's own: the token is for no other repository, whoever has the name
    /// @throws Fault CONFIGURATION when the App is not installed there, UNAVAILABLE when GitHub
    ///   does not answer
    public Secret token(String name, String repositoryId) {
        Place place = places.computeIfAbsent(repositoryId, any -> new Place());
        synchronized (place) {
            Token known = place.token;
            if (known == null || known.end().isBefore(clock.instant().plus(FRESH))) {
                known =
                        fresh(
                                installation(name),
                                Map.of("repository_ids", List.of(number(repositoryId))));
                place.token = known;
            }
            return known.secret();
        }
    }

    private static long number(String repositoryId) {
        if (!repositoryId.matches("[0-9]{1,18}")) {
            throw new Fault(
                    Kind.CONFIGURATION, "cannot ask the forge: its id of it makes no sense", "");
        }
        return Long.parseLong(repositoryId);
    }

    /// Every repository of every place where the App is installed.
    ///
    /// @throws Fault as [ForgeApi#repositories]
    public List<ForgeRepository> repositories() {
        List<ForgeRepository> all = new ArrayList<>();
        ForgeApi self = self();
        for (int page = 1; page <= MOST_PAGES; page++) {
            JsonNode installations = self.read("/app/installations?" + pages(page));
            for (JsonNode one : installations) {
                if (one.path("suspended_at").isNull() || one.path("suspended_at").isMissingNode()) {
                    listed(all, fresh(number(one), Map.of()));
                }
            }
            if (installations.size() < PAGE) {
                break;
            }
        }
        return all;
    }

    private void listed(List<ForgeRepository> all, Token token) {
        ForgeApi api = api(token.secret());
        for (int page = 1; page <= MOST_PAGES; page++) {
            JsonNode list =
                    api.read("/installation/repositories?" + pages(page)).path("repositories");
            for (JsonNode one : list) {
                api.known(one).ifPresent(all::add);
            }
            if (list.size() < PAGE) {
                break;
            }
        }
    }

    private static String pages(int page) {
        return "per_page=" + PAGE + "&page=" + page;
    }

    /// One repository by its name.
    ///
    /// @throws Fault CONFIGURATION when the App is not installed there, else as
    ///   [ForgeApi#repository]
    public ForgeRepository repository(String name) {
        String own = name.substring(name.indexOf('/') + 1);
        Token token = fresh(installation(name), Map.of("repositories", List.of(own)));
        return api(token.secret()).repository(name);
    }

    /// Lets GitHub tell of what happens wherever the App is installed, unless it tells somebody
    /// else of it.
    ///
    /// @param url to which it sends
    public Reply enterHook(String url, Secret secret) {
        ForgeApi self = self();
        String there = self.read("/app/hook/config").path("url").asString("");
        String ours = url.substring(0, url.lastIndexOf('/') + 1);
        if (!there.isEmpty() && !there.startsWith(ours)) {
            return new Reply(0, null, "the App's webhook has another URL already");
        }
        return Reply.of(
                self.change(
                        new Dialect.Ask(
                                "PATCH",
                                "/app/hook/config",
                                Map.of(
                                        "content_type",
                                        "json",
                                        "insecure_ssl",
                                        "0",
                                        "secret",
                                        secret.reveal(),
                                        "url",
                                        url))));
    }

    private long installation(String name) {
        try {
            return number(self().read("/repos/" + Paths.name(name) + "/installation"));
        } catch (Fault fault) {
            if (fault.kind() != Kind.NOT_FOUND) {
                throw fault;
            }
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot ask about " + name + ": the GitHub App is not installed there",
                    "install it on GitHub, for this repository",
                    fault);
        }
    }

    private long number(JsonNode installation) {
        JsonNode number = installation.path("id");
        if (!number.isIntegralNumber() || number.asLong() <= 0) {
            throw senseless();
        }
        return number.asLong();
    }

    private Token fresh(long installation, Map<String, Object> limits) {
        Answer answer =
                self().change(
                                new Dialect.Ask(
                                        "POST",
                                        "/app/installations/" + installation + "/access_tokens",
                                        limits));
        Reply reply = Reply.of(answer);
        if (!reply.done()) {
            throw new Fault(
                    reply.temporary() ? Kind.UNAVAILABLE : Kind.CONFIGURATION,
                    "cannot get a token of "
                            + base.origin()
                            + " for the GitHub App: "
                            + reply.problem(),
                    "check where the App is installed, and for which repositories");
        }
        JsonNode json = ForgeApi.parsed(answer);
        String token = json.path("token").asString("");
        if (!token.matches("[!-~]{1," + LONGEST_TOKEN + "}")) {
            throw senseless();
        }
        try {
            return new Token(Secret.of(token), Instant.parse(json.path("expires_at").asString("")));
        } catch (DateTimeParseException e) {
            throw senseless();
        }
    }

    private Fault senseless() {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use the answer of "
                        + base.origin()
                        + " to the GitHub App: it makes no sense",
                "check SLIPWAY_GITHUB_APP_URL");
    }

    /// As the App itself, which may ask where it is installed and little else.
    private ForgeApi self() {
        Instant now = clock.instant();
        return api(key.token(id, now.minus(CLOCKS_DIFFER), now.plus(SIGNED_FOR)));
    }

    private ForgeApi api(Secret token) {
        return ForgeApi.of(egress, ForgeKind.GITHUB, base, token).orElseThrow();
    }
}
