package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.ForgeRepository;
import io.slipway.engine.forge.api.GitHubApp;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.DeployKey;
import io.slipway.engine.remote.HostKey;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Lets projects follow repositories elsewhere.
public final class Connections {
    private final Database database;
    private final Repositories repositories;
    private final Remotes remotes;
    private final RemoteForges forges;
    private final @Nullable HookMaker hooks;

    /// @param hooks null: no deliveries are taken, projects follow by being compared
    public Connections(
            Database database,
            Repositories repositories,
            Remotes remotes,
            RemoteForges forges,
            @Nullable HookMaker hooks) {
        this.database = database;
        this.repositories = repositories;
        this.remotes = remotes;
        this.forges = forges;
        this.hooks = hooks;
    }

    /// What is to be connected.
    ///
    /// @param base of the forge; by ssh also of a repository there; of a plain git server the
    ///   repository's own URL
    /// @param token null: none is needed
    /// @param app whether the operator's App speaks for them, in place of a token
    /// @param names as the forge has them, `owner/name`
    /// @param all every one that the token may connect
    /// @param organisation whose one hook tells of all of them; empty: each has its own
    /// @param ssh whether the forge's repositories are fetched by ssh; it is asked by https
    /// @param hostKeys by which an ssh server is recognised; one of them is enough
    /// @param poll how often branches are compared
    public record Wish(
            ForgeKind forge,
            EgressUrl base,
            @Nullable Secret token,
            boolean app,
            List<String> names,
            boolean all,
            String organisation,
            boolean ssh,
            List<HostKey> hostKeys,
            Duration poll) {
        public Wish {
            names = List.copyOf(names);
            hostKeys = List.copyOf(hostKeys);
        }

        /// The same with the address at which the forge is asked, where an ssh address was given.
        public Wish asked() {
            if (forge == ForgeKind.GENERIC || !base.scheme().equals("ssh")) {
                return this;
            }
            List<String> named = new ArrayList<>(names);
            if (!path().isEmpty()) {
                named.add(path());
            }
            String host = base.host().contains(":") ? "[" + base.host() + "]" : base.host();
            EgressUrl forgeAt = EgressUrl.parse("https://" + host);
            return new Wish(
                    forge, forgeAt, token, app, named, all, organisation, true, hostKeys, poll);
        }

        private String path() {
            return base.path().replaceFirst("^/+", "").replaceFirst("(\\.git)?/*$", "");
        }

        private boolean bySsh() {
            return ssh || base.scheme().equals("ssh");
        }

        boolean isOf(ForgeRepository repository) {
            return organisation.isEmpty()
                    || repository
                            .name()
                            .regionMatches(
                                    true, 0, organisation + "/", 0, organisation.length() + 1);
        }
    }

    /// What became of one repository.
    ///
    /// @param made whether the project is new
    /// @param told whether the forge sends deliveries from now on
    /// @param hook what is to be entered on the forge by hand; null when that is not needed
    /// @param why the forge did not take the hook, or can't send to it; empty when it does
    /// @param deployKey what an ssh server is to let in by hand, to read only; null: none is
    ///   needed, or the forge took it
    public record Connected(
            Project project,
            String repository,
            boolean made,
            boolean told,
            HookMaker.@Nullable Made hook,
            String why,
            @Nullable String deployKey) {}

    /// The repositories that a token may connect, by name.
    ///
    /// @throws Fault as [ForgeApi#repositories]
    public List<String> offered(Caller caller, Wish given) {
        Wish wish = given.asked();
        requireMaking(caller, wish);
        return all(wish).stream().map(ForgeRepository::name).sorted().toList();
    }

    /// Connects them. Those that are connected already stay so, with the new token.
    ///
    /// @throws Fault when one can't be; those before it are connected
    public List<Connected> connect(Caller caller, Wish given) {
        Wish wish = given.asked();
        requireMaking(caller, wish);
        if (wish.bySsh()) {
            refuseUnknown(wish);
        }
        List<InetAddress> at = forges.egress().rules().addresses(wish.base());
        List<ForgeRepository> wanted = wanted(wish);
        if (wanted.isEmpty()) {
            throw nothing();
        }
        if (wish.ssh()) {
            wanted.forEach(one -> forges.egress().rules().addresses(one.from(true)));
        }
        Door door = door(caller, wish, at);
        List<Connected> connected = new ArrayList<>();
        for (ForgeRepository repository : wanted) {
            connected.add(connect(caller, wish, repository, door));
        }
        return connected;
    }

    private static Fault nothing() {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot connect: there is no repository that the token may connect",
                "list them: the same command without repositories");
    }

    /// How deliveries get here.
    ///
    /// @param shared null: each project has its own hook, or none where there is a reason why
    /// @param why the forge did not take the shared one, or can't send to any; empty when it did
    private record Door(HookMaker.@Nullable Shared shared, String why) {
        HookMaker.@Nullable Made untold() {
            return shared == null || why.isEmpty() || !shared.fresh() ? null : shared.made();
        }
    }

    private Door door(Caller caller, Wish wish, List<InetAddress> at) {
        HookMaker maker = hooks;
        String unreachable = maker == null ? "" : maker.unreachable(wish.base(), at);
        boolean own = wish.organisation().isEmpty() && !wish.app();
        if (maker == null || own || !unreachable.isEmpty()) {
            return new Door(null, unreachable);
        }
        String sender =
                wish.app()
                        ? "app " + forges.app(wish.forge(), wish.base()).id()
                        : wish.organisation();
        HookMaker.Shared shared =
                database.transaction(
                        tx -> maker.organisation(tx, wish.forge(), wish.base(), sender, caller));
        if (shared.entered()) {
            return new Door(shared, "");
        }
        HookMaker.Made made = shared.made();
        String why =
                wish.app()
                        ? entered(wish, made)
                        : refusal(wish, api -> api.makeHook(sender, made.url(), made.secret()));
        if (why.isEmpty()) {
            database.change(tx -> maker.entered(tx, shared));
        }
        return new Door(shared, why);
    }

    private String entered(Wish wish, HookMaker.Made made) {
        try {
            GitHubApp app = forges.app(wish.forge(), wish.base());
            return app.enterHook(made.url(), made.secret()).problem();
        } catch (Fault fault) {
            return fault.message();
        }
    }

    /// The key that an ssh server shows, for somebody to confirm. It counts for nothing before.
    ///
    /// @throws Fault as [HostKey#shownBy]
    public HostKey shown(Caller caller, EgressUrl server) {
        requireMaking(caller);
        return HostKey.shownBy(forges.egress(), server);
    }

    /// From where what is wanted would come by ssh: of the first one of it.
    ///
    /// @throws Fault as [#connect]
    public EgressUrl sshServer(Caller caller, Wish given) {
        Wish wish = given.asked();
        requireMaking(caller, wish);
        forges.egress().rules().addresses(wish.base());
        return wanted(wish).stream()
                .findFirst()
                .map(one -> one.from(true))
                .orElseThrow(Connections::nothing);
    }

    private static void refuseUnknown(Wish wish) {
        if (wish.forge() == ForgeKind.GENERIC && wish.path().isEmpty()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot connect " + wish.base() + ": it names no repository",
                    "write it as git@host:team/shop.git");
        }
        if (wish.hostKeys().isEmpty()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot connect "
                            + wish.base()
                            + ": nobody said by which key its server is recognised",
                    "give a key of the server that you know from elsewhere");
        }
    }

    /// What an App may is the instance's, not that of whoever connects.
    private static void requireMaking(Caller caller, Wish wish) {
        requireMaking(caller);
        if (wish.app() && !Access.may(caller, Right.OPERATE, Subject.INSTANCE)) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot connect by the GitHub App: it may read repositories that you may not",
                    "connect with a token of yours, or ask whoever operates this instance");
        }
    }

    private static void requireMaking(Caller caller) {
        if (!Access.may(caller, Right.CREATE_PROJECT, Subject.INSTANCE)) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot connect a repository: this token may make no project",
                    "use a token with the scope create-project, of somebody who is developer of"
                            + " the whole instance");
        }
    }

    private List<ForgeRepository> wanted(Wish wish) {
        if (wish.forge() == ForgeKind.GENERIC) {
            return List.of(
                    new ForgeRepository(wish.base().toString(), wish.path(), wish.base(), "main"));
        }
        if (wish.all()) {
            return all(wish).stream().filter(wish::isOf).toList();
        }
        List<ForgeRepository> named = wish.names().stream().map(name -> one(wish, name)).toList();
        for (ForgeRepository one : named) {
            if (!wish.isOf(one)) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot connect "
                                + one.name()
                                + " through the hook of "
                                + wish.organisation()
                                + ": it is not its repository",
                        "connect it without --organisation");
            }
        }
        return named;
    }

    private List<ForgeRepository> all(Wish wish) {
        return wish.app()
                ? forges.app(wish.forge(), wish.base()).repositories()
                : api(wish).repositories();
    }

    private ForgeRepository one(Wish wish, String name) {
        return wish.app()
                ? forges.app(wish.forge(), wish.base()).repository(name)
                : api(wish).repository(name);
    }

    private ForgeApi api(Wish wish) {
        return ForgeApi.of(forges.egress(), wish.forge(), wish.base(), wish.token())
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.CONFIGURATION,
                                        "cannot list repositories: a plain git server has no list",
                                        "give the repository's own URL"));
    }

    private Connected connect(Caller caller, Wish wish, ForgeRepository repository, Door door) {
        ProjectName name = ProjectName.ofRepository(repository.name());
        Projects.Created created =
                database.transaction(tx -> saved(tx, caller, wish, repository, name));
        Project project = created.project();
        String key = deployKey(wish, repository, project);
        repositories.create(project.id());
        String branch = repository.defaultBranch();
        if (created.made() && branch != null) {
            repositories.branches(project.id()).head(branch);
        }
        HookMaker maker = hooks;
        HookMaker.Shared shared = door.shared();
        if (maker != null && shared != null) {
            database.change(tx -> maker.connect(tx, shared, repository.id(), project.id()));
            return new Connected(
                    project,
                    repository.name(),
                    created.made(),
                    door.why().isEmpty(),
                    door.untold(),
                    door.why(),
                    key);
        }
        // Connecting may have been cut off before its hook was made.
        String none = door.why();
        if (maker == null
                || !none.isEmpty()
                || database.read(tx -> maker.isThere(tx, project.id()))) {
            return new Connected(
                    project, repository.name(), created.made(), false, null, none, key);
        }
        HookMaker.Made hook =
                database.transaction(
                        tx -> maker.make(tx, project.id(), wish.forge(), repository.id(), caller));
        String why = refusal(wish, api -> api.makeHook(repository, hook.url(), hook.secret()));
        return new Connected(
                project,
                repository.name(),
                created.made(),
                why.isEmpty(),
                why.isEmpty() ? null : hook,
                why,
                key);
    }

    /// The key that somebody has to let in by hand; null where the forge does it.
    private @Nullable String deployKey(Wish wish, ForgeRepository repository, Project project) {
        DeployKey key =
                database.read(tx -> remotes.find(tx, project.id()))
                        .filter(Remote::bySsh)
                        .map(Remote::deployKey)
                        .orElse(null);
        if (key == null || database.read(tx -> Remotes.isLetIn(tx, project.id()))) {
            return null;
        }
        if (!refusal(wish, api -> api.letIn(repository, key.publicPart())).isEmpty()) {
            return key.publicPart() + " slipway";
        }
        database.change(tx -> Remotes.letIn(tx, project.id()));
        return null;
    }

    private String refusal(Wish wish, Function<ForgeApi, Reply> asked) {
        if (wish.forge() == ForgeKind.GENERIC || wish.token() == null) {
            return "there is no token with which a hook could be made";
        }
        try {
            return asked.apply(api(wish)).problem();
        } catch (Fault fault) {
            return fault.message();
        }
    }

    private Projects.Created saved(
            Tx tx, Caller caller, Wish wish, ForgeRepository repository, ProjectName name) {
        Projects.Created created = project(tx, caller, wish, repository, name);
        Project project = created.project();
        boolean connected = remotes.find(tx, project.id()).isPresent();
        if (created.made()) {
            Members.made(tx, caller, project);
        } else {
            Access.require(caller, Right.CONFIGURE, project);
        }
        if (!created.made() && !connected) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot connect "
                            + repository.name()
                            + ": there is a project "
                            + name
                            + " that is pushed to",
                    "rename one of them");
        }
        EgressUrl url = repository.from(wish.ssh());
        Remote remote =
                new Remote(
                        project.id(),
                        wish.forge(),
                        wish.base(),
                        url,
                        wish.forge() == ForgeKind.GENERIC ? "" : repository.name(),
                        repository.id(),
                        wish.app() ? null : wish.token(),
                        wish.hostKeys().stream()
                                .map(HostKey::toString)
                                .distinct()
                                .collect(Collectors.joining("\n")),
                        url.scheme().equals("ssh") ? DeployKey.fresh() : null,
                        wish.poll(),
                        wish.app());
        if (!remotes.save(tx, remote)) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot connect "
                            + repository.name()
                            + ": the project "
                            + name
                            + " follows another repository",
                    "rename one of them");
        }
        String branch = repository.defaultBranch();
        if (created.made() && branch != null) {
            Projects.setDefaultBranch(tx, project.id(), branch);
        }
        Audit.add(
                tx,
                caller,
                new Audit.Entry(
                        project.id(),
                        "connect",
                        project.name().toString(),
                        Map.of("url", url.toString(), "forge", wish.forge().word())));
        return created;
    }

    /// The project that follows the repository already, whatever its name was then, or one of its
    /// name.
    private static Projects.Created project(
            Tx tx, Caller caller, Wish wish, ForgeRepository repository, ProjectName name) {
        return Remotes.following(tx, wish.forge(), wish.base(), repository.id())
                .flatMap(id -> Projects.find(tx, id))
                .map(known -> new Projects.Created(known, false))
                .orElseGet(() -> Projects.create(tx, name, caller.principal().id()));
    }

    /// Lets a connected project without a pipeline file roll out from now on.
    ///
    /// @return whether it did not until now
    public boolean enable(Tx tx, Caller caller, Project project) {
        Access.require(caller, Right.ROLL_OUT, project);
        if (remotes.find(tx, project.id()).isEmpty()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot enable " + project.name() + ": it follows no repository elsewhere",
                    "push to it: it rolls out at once");
        }
        boolean changed = Remotes.enable(tx, project.id());
        if (changed) {
            Audit.add(
                    tx, caller, Audit.Entry.of(project.id(), "enable", project.name().toString()));
        }
        return changed;
    }
}
