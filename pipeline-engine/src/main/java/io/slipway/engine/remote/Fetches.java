package io.slipway.engine.remote;

import io.slipway.db.Database;
import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.egress.Limits;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.TrackingRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory2;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.Proxy;
import java.net.URISyntaxException;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Brings commits here from where a project's people push them. It speaks https and ssh, and http
/// where the operator allows it, to addresses that were checked; no program is started, no file or
/// variable of the machine is read, no work tree is made. What arrives is checked object by object.
/// Safe for use by many threads; a call blocks for as long as a fetch takes.
public final class Fetches {
    /// Refs of a project under which what was fetched is kept, until its own refs have it.
    public static final String FETCHED = "refs/slipway/fetched/";

    /// Bytes that a server may send beside its commits: names of refs, and words for people.
    static final long MOST_SAID = 32L << 20;

    private static final Logger log = LoggerFactory.getLogger(Fetches.class);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int LONGEST_WORDS = 500;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 100_000_000;

    private final Database database;
    private final Repositories repositories;
    private final RemoteForges forges;
    private final Renames renames;
    private final Egress egress;
    private final Size size;
    private final UUID server;
    private final Map<Long, Lock> locks = new ConcurrentHashMap<>();

    /// How much is taken from one repository.
    ///
    /// @param bytes of one fetch, as they come
    /// @param refs that it may have
    /// @param objects of one fetch
    /// @param objectBytes of one of them, inflated
    /// @param inflatedBytes of all of them together
    public record Size(long bytes, int refs, int objects, long objectBytes, long inflatedBytes) {
        /// Enough for any repository that people work with.
        public static final Size STANDARD =
                new Size(4L << 30, 50_000, 5_000_000, 128L << 20, 256L << 30);

        /// With the standard bounds of objects.
        public Size(long bytes, int refs) {
            this(bytes, refs, STANDARD.objects(), STANDARD.objectBytes(), STANDARD.inflatedBytes());
        }
    }

    /// @param server this server's identity
    public Fetches(
            Database database,
            Repositories repositories,
            RemoteForges forges,
            Size size,
            UUID server) {
        this.database = database;
        this.repositories = repositories;
        this.forges = forges;
        this.renames = new Renames(database, forges);
        this.egress = forges.egress();
        this.size = size;
        this.server = server;
    }

    /// Does something as the only one of all servers that fetches for this project, or changes its
    /// refs because of a fetch.
    ///
    /// @throws Fault UNAVAILABLE when somebody else is at it for minutes
    public <T> T alone(long projectId, Supplier<T> work) {
        Lock lock = locks.computeIfAbsent(projectId, id -> new ReentrantLock());
        try {
            if (!lock.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            take(projectId);
            try {
                return work.get();
            } finally {
                tidy(projectId);
                database.change(tx -> Remotes.giveBack(tx, projectId, server));
            }
        } finally {
            lock.unlock();
        }
    }

    /// What was fetched is in refs of its own by now, or nobody wants it. What a server that was
    /// killed left is tidied by the next one.
    private void tidy(long projectId) {
        try (Repository repository = repositories.open(projectId)) {
            drop(repository, repository.getRefDatabase().getRefsByPrefix(FETCHED));
        } catch (IOException | RuntimeException e) {
            log.debug("what was fetched for project {} is not tidied: {}", projectId, e.toString());
        }
    }

    private static void drop(Repository repository, List<Ref> refs) throws IOException {
        if (refs.isEmpty()) {
            return;
        }
        BatchRefUpdate batch = repository.getRefDatabase().newBatchUpdate();
        batch.setAllowNonFastForwards(true);
        batch.disableRefLog();
        for (Ref ref : refs) {
            batch.addCommand(
                    new ReceiveCommand(ref.getObjectId(), ObjectId.zeroId(), ref.getName()));
        }
        try (RevWalk walk = new RevWalk(repository)) {
            batch.execute(walk, NullProgressMonitor.INSTANCE);
        }
    }

    private void take(long projectId) {
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        Duration held = LONGEST.plusMinutes(5);
        while (!database.transaction(tx -> Remotes.take(tx, projectId, server, held))) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                throw busy();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static Fault busy() {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot fetch now: another fetch of this project is under way",
                "try again");
    }

    /// The branches and tags that the repository has by now, by full name, with what they point to.
    /// Whether it is the one that was connected is another question: [#followed].
    ///
    /// @throws Fault CONFIGURATION when they can't be had as things are, UNAVAILABLE when trying
    ///   again may help
    public Map<String, CommitId> heads(Remote remote) {
        try {
            return listed(remote);
        } catch (Fault fault) {
            Remote now = elsewhere(remote, fault);
            if (now.cloneUrl().equals(remote.cloneUrl())) {
                throw fault;
            }
            return listed(now);
        }
    }

    /// Redirects of git servers are not followed: the forge says whether the name is an old one.
    private Remote elsewhere(Remote remote, Fault why) {
        try {
            return renames.followed(remote);
        } catch (Fault fault) {
            throw fault.kind() == Kind.CONFIGURATION ? fault : why;
        }
    }

    private Map<String, CommitId> listed(Remote remote) {
        return with(
                remote,
                (transport, bounds) -> {
                    try (FetchConnection connection = transport.openFetch()) {
                        return heads(connection);
                    }
                });
    }

    private Map<String, CommitId> heads(FetchConnection connection) throws TransportException {
        if (connection.getRefs().size() > size.refs()) {
            throw new TransportException("it has more than " + size.refs() + " refs");
        }
        Map<String, CommitId> heads = new HashMap<>();
        for (Ref ref : connection.getRefs()) {
            String name = ref.getName();
            boolean taken = name.startsWith(Refs.HEADS) || name.startsWith(Refs.TAGS);
            if (taken && Repository.isValidRefName(name) && ref.getObjectId() != null) {
                heads.put(name, new CommitId(ref.getObjectId().name()));
            }
        }
        return heads;
    }

    /// A remote under the name that its repository has by now.
    ///
    /// @throws Fault as [Renames#followed]
    public Remote followed(Remote remote) {
        return renames.followed(remote);
    }

    /// Brings refs here with everything that they reach, and keeps them under [#FETCHED] until
    /// [#alone], in which it is called, comes to its end. Only of the repository that was
    /// connected: the forge is asked each time which name it has.
    ///
    /// @param refs full names; one that ends with `/*` stands for all below it
    /// @return the remote as it is by now
    /// @throws Fault as [#heads] and as [#followed]
    public Remote fetch(Remote asked, List<String> refs) {
        Remote remote = followed(asked);
        List<RefSpec> specs = refs.stream().map(Fetches::spec).toList();
        with(
                remote,
                (transport, bounds) -> {
                    FetchResult result = transport.fetch(bounds.clock(), specs);
                    looked(remote, refs, result);
                    return result;
                });
        return remote;
    }

    /// A branch among many does not hold up the others: it is as if it were not there.
    private void looked(Remote remote, List<String> refs, FetchResult result) throws IOException {
        try (Repository repository = repositories.open(remote.projectId())) {
            for (TrackingRefUpdate update : result.getTrackingRefUpdates()) {
                Ref kept = repository.exactRef(update.getLocalName());
                try {
                    if (kept != null) {
                        Submodules.check(repository, kept.getObjectId());
                    }
                } catch (CorruptObjectException e) {
                    drop(repository, List.of(kept));
                    if (refs.contains(update.getRemoteName())) {
                        throw e;
                    }
                    log.warn(
                            "{} of project {} is not taken: {}",
                            update.getRemoteName(),
                            remote.projectId(),
                            e.getMessage());
                }
            }
        }
    }

    private static RefSpec spec(String ref) {
        return new RefSpec("+" + ref + ":" + kept(ref));
    }

    /// Under which name a ref is kept that was fetched.
    public static String kept(String ref) {
        return FETCHED + ref.substring("refs/".length());
    }

    /// Something that is done over a connection.
    @FunctionalInterface
    private interface Exchange<T> {
        T over(Transport transport, Bounds bounds) throws IOException;
    }

    private <T> T with(Remote asked, Exchange<T> exchange) {
        EgressUrl url = asked.cloneUrl();
        egress.rules().addresses(url);
        Remote remote = forges.proved(asked);
        List<Runnable> endings = Collections.synchronizedList(new ArrayList<>());
        Bounds bounds = new Bounds(size.inflatedBytes(), LONGEST);
        repositories.create(remote.projectId());
        try (Repository repository = bounded(remote.projectId());
                Transport transport = transport(repository, remote, endings)) {
            transport.setTagOpt(TagOpt.NO_TAGS);
            transport.setRemoveDeletedRefs(false);
            transport.setCheckFetchedObjects(true);
            transport.setObjectChecker(bounds);
            return exchange.over(transport, bounds);
        } catch (IOException | org.eclipse.jgit.api.errors.JGitInternalException e) {
            throw failed(url, e);
        } finally {
            List.copyOf(endings).forEach(Runnable::run);
        }
    }

    private Repository bounded(long projectId) throws IOException {
        try (Repository plain = repositories.openToReceive(projectId)) {
            return new BoundedRepository(plain.getDirectory(), size);
        }
    }

    private Transport transport(Repository repository, Remote remote, List<Runnable> endings)
            throws IOException {
        EgressUrl url = remote.cloneUrl();
        try {
            if (url.scheme().equals("ssh")) {
                return ssh(repository, remote, endings);
            }
            Transport transport =
                    Repositories.protocol(url.scheme())
                            .open(new URIish(url.toString()), repository, "origin");
            ((TransportHttp) transport)
                    .setHttpConnectionFactory(
                            new Connections(egress, remote.gitCredential(), limits(), endings));
            return transport;
        } catch (URISyntaxException e) {
            throw new TransportException(e.getMessage(), e);
        }
    }

    private Transport ssh(Repository repository, Remote remote, List<Runnable> endings)
            throws IOException {
        EgressUrl url = remote.cloneUrl();
        Ssh ssh =
                Ssh.open(
                        egress, url, HostKey.all(remote.knownHosts()), remote.deployKey(), LONGEST);
        endings.add(ssh::close);
        // Without a scheme JGit gives the path to the server's program as it stands.
        URIish uri = new URIish().setHost(url.host()).setUser(url.user()).setPath(url.path());
        Transport transport = Repositories.protocol("ssh").open(uri, repository, "origin");
        ((SshTransport) transport)
                .setSshSessionFactory(
                        new SshSessions(ssh, in -> new Chatter(limits().over(in), MOST_SAID)));
        return transport;
    }

    private Limits limits() {
        return new Limits(LONGEST, size.bytes(), 0);
    }

    /// Gives JGit connections of ours.
    private record Connections(
            Egress egress, @Nullable Credential credential, Limits limits, List<Runnable> endings)
            implements HttpConnectionFactory2 {
        @Override
        public HttpConnection create(URL url) {
            return new EgressConnection(egress, url, credential, limits, endings);
        }

        @Override
        public HttpConnection create(URL url, Proxy proxy) {
            return create(url);
        }

        @Override
        public GitSession newSession() {
            return new GitSession() {
                @Override
                public HttpConnection configure(HttpConnection connection, boolean sslVerify) {
                    return connection;
                }

                @Override
                public void close() {}
            };
        }
    }

    /// What the causes say, the deepest last: JGit's own message may only name the URL.
    private static Fault failed(EgressUrl url, Exception e) {
        List<Throwable> causes =
                Stream.iterate((Throwable) e, t -> t != null, Throwable::getCause).toList();
        for (Throwable cause : causes) {
            if (cause instanceof Fault fault) {
                return fault;
            }
        }
        String said =
                causes.stream()
                        .map(t -> String.valueOf(t.getMessage()))
                        .distinct()
                        .reduce(
                                (first, second) ->
                                        second.contains(first) ? second : first + ": " + second)
                        .orElse("");
        String words = clean(said.replace(url + ": ", ""));
        boolean denied =
                words.contains("not authorized")
                        || words.contains("uthentication is required")
                        || words.contains("not permitted");
        if (denied) {
            return new Fault(
                    Kind.CONFIGURATION,
                    "cannot fetch " + url + ": the server does not let Slipway in",
                    "connect it again with a token that may read the repository",
                    e);
        }
        boolean malicious =
                causes.stream()
                        .anyMatch(
                                t ->
                                        t instanceof CorruptObjectException
                                                || t instanceof TooLargeObjectInPackException);
        return new Fault(
                malicious ? Kind.CONFIGURATION : Kind.UNAVAILABLE,
                "cannot fetch " + url + ": " + words,
                malicious
                        ? "mend the repository: git fsck, git rev-list --objects --all"
                        : "check whether git can fetch it",
                e);
    }

    /// A server's words are shown to people.
    private static String clean(String words) {
        String clean = words.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
        return clean.substring(0, Math.min(clean.length(), LONGEST_WORDS));
    }
}
