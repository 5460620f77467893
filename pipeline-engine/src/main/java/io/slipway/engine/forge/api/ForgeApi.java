package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Answer;
import io.slipway.engine.egress.Call;
import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.egress.Limits;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The API of one forge with one token. What it answers is hostile until it is checked. Safe for
/// use by many threads; each call blocks for 30 s at most.
public final class ForgeApi {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
    private static final int MOST_PAGES = 100;

    private final Egress egress;
    private final Dialect dialect;
    private final EgressUrl api;
    private final @Nullable Credential credential;
    private final Limits limits;

    private ForgeApi(
            Egress egress,
            Dialect dialect,
            EgressUrl api,
            @Nullable Credential credential,
            Limits limits) {
        this.egress = egress;
        this.dialect = dialect;
        this.api = api;
        this.credential = credential;
        this.limits = limits;
    }

    /// The same within other limits of its answers.
    ForgeApi within(Limits others) {
        return new ForgeApi(egress, dialect, api, credential, others);
    }

    /// The API of a forge; empty for a plain git server, which has none.
    ///
    /// @param base such as `https://gitlab.com`
    public static Optional<ForgeApi> of(
            Egress egress, ForgeKind kind, EgressUrl base, @Nullable Secret token) {
        Dialect dialect =
                switch (kind) {
                    case GITHUB -> new GitHubDialect();
                    case GITLAB -> new GitLabDialect();
                    case GITEA -> new GiteaDialect();
                    case BITBUCKET -> new BitbucketDialect();
                    case BITBUCKET_DATA_CENTER -> new DataCenterDialect();
                    case GENERIC -> null;
                };
        if (dialect == null) {
            return Optional.empty();
        }
        EgressUrl api = dialect.api(base);
        return Optional.of(
                new ForgeApi(
                        egress,
                        dialect,
                        api,
                        token == null ? null : dialect.credential(api, token),
                        Limits.API));
    }

    /// Every repository that the token may connect.
    ///
    /// @throws Fault CONFIGURATION when the forge refuses, UNAVAILABLE when it does not answer
    public List<ForgeRepository> repositories() {
        List<ForgeRepository> all = new ArrayList<>();
        for (int page = 1; page <= MOST_PAGES; page++) {
            JsonNode answer = read(dialect.repositories(page));
            for (JsonNode one : dialect.listed(answer)) {
                known(one).ifPresent(all::add);
            }
            if (!dialect.more(answer)) {
                break;
            }
        }
        return all;
    }

    /// One repository by its name.
    ///
    /// @throws Fault NOT_FOUND when there is none that the token may see, else as [#repositories]
    public ForgeRepository repository(String name) {
        return dialect.repository(read(dialect.repository(name)))
                .filter(this::isItsOwn)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.CONFIGURATION,
                                        "cannot connect "
                                                + name
                                                + ": the forge's answer about it makes no sense",
                                        "check the forge's address"));
    }

    /// One repository by the forge's own id, whatever its name is; empty where the forge can't be
    /// asked so, or says what makes no sense.
    ///
    /// @throws Fault as [#repository]
    public Optional<ForgeRepository> repositoryOf(String id) {
        String path = dialect.repositoryOf(id);
        return path == null ? Optional.empty() : known(read(path));
    }

    /// A repository of an answer about many; empty where it can't be used.
    Optional<ForgeRepository> known(JsonNode json) {
        return dialect.repository(json).filter(this::isItsOwn);
    }

    /// A token must not be sent where an answer says, only to the forge itself.
    private boolean isItsOwn(ForgeRepository repository) {
        String host = repository.cloneUrl().host();
        return host.equals(api.host()) || api.host().equals("api." + host);
    }

    /// What is asked about one repository.
    ///
    /// @param repository its name
    /// @param id the forge's own
    public RepositoryApi at(String repository, String id) {
        return new RepositoryApi(this, dialect, new Dialect.Where(repository, id));
    }

    /// Lets the forge tell of what happens in a repository.
    ///
    /// @param url to which it sends
    public Reply makeHook(ForgeRepository repository, String url, Secret secret) {
        Dialect.Where where = new Dialect.Where(repository.name(), repository.id());
        return Reply.of(change(dialect.hook(where, url, secret)));
    }

    /// Lets whoever has a key read a repository over ssh.
    ///
    /// @param publicKey as OpenSSH writes it
    public Reply letIn(ForgeRepository repository, String publicKey) {
        Dialect.Where where = new Dialect.Where(repository.name(), repository.id());
        return Reply.of(change(dialect.deployKey(where, publicKey)));
    }

    /// Lets the forge tell of what happens in all repositories of an organisation.
    ///
    /// @param url to which it sends
    public Reply makeHook(String organisation, String url, Secret secret) {
        return Reply.of(change(dialect.organisationHook(organisation, url, secret)));
    }

    Answer change(Dialect.Ask ask) {
        byte[] json = JSON.writeValueAsBytes(ask.body());
        Call call = Call.json(ask.method(), Paths.below(api, ask.path()), json, credential);
        return egress.send(spoken(call));
    }

    /// @param mark of an earlier answer; empty: none
    Answer asked(String path, String mark) {
        Call call = spoken(Call.get(Paths.below(api, path), credential));
        return egress.send(mark.isEmpty() ? call : call.with("If-None-Match", mark));
    }

    private Call spoken(Call call) {
        Call spoken = call.within(limits);
        for (Map.Entry<String, String> header : dialect.headers().entrySet()) {
            spoken = spoken.with(header.getKey(), header.getValue());
        }
        return spoken;
    }

    /// What the forge answers, as it is: hostile until it is checked.
    ///
    /// @param path below the API's root
    /// @throws Fault NOT_FOUND when there is nothing that the token may see, else as
    ///   [#repositories]
    public JsonNode read(String path) {
        Answer answer = asked(path, "");
        if (!answer.ok()) {
            throw refused(answer.url(), Reply.of(answer));
        }
        return parsed(answer);
    }

    /// @throws Fault CONFIGURATION when it is no JSON
    static JsonNode parsed(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot use the answer of " + answer.url().origin() + ": it is no JSON",
                    "check the forge's kind and address",
                    e);
        }
    }

    private static Fault refused(EgressUrl url, Reply reply) {
        Kind kind =
                reply.temporary()
                        ? Kind.UNAVAILABLE
                        : reply.status() == 404 ? Kind.NOT_FOUND : Kind.CONFIGURATION;
        return new Fault(
                kind,
                "cannot ask " + url.origin() + ": " + reply.problem(),
                "check the token, what it may do, and the repository's name");
    }
}
