package io.slipway.web.git;

import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Takes what is pushed.
final class Receiving {
    private static final Logger log = LoggerFactory.getLogger(Receiving.class);
    private static final int COMMAND_BYTES = 256 << 10;

    private final GitHost host;

    Receiving(GitHost host) {
        this.host = host;
    }

    /// Tells the refs, or that there are none yet: a project is made by the push, not by asking.
    void advertise(Optional<Long> project, OutputStream out) throws IOException {
        try (Repository repository = project.isPresent() ? opened(project.get()) : empty()) {
            PacketLineOut packets = new PacketLineOut(out);
            packets.writeString("# service=git-receive-pack\n");
            packets.end();
            pack(repository).sendAdvertisedRefs(new PacketLineOutRefAdvertiser(packets));
        }
    }

    private static Repository empty() {
        return new InMemoryRepository(new DfsRepositoryDescription("new"));
    }

    private Repository opened(long project) {
        host.repositories().create(project);
        return host.repositories().openToReceive(project);
    }

    /// Takes a push and tells the pusher how it goes, to the end of what it starts.
    ///
    /// @throws io.slipway.fault.Fault when the caller may not
    void receive(Caller caller, ProjectName name, InputStream body, OutputStream out)
            throws IOException {
        PushbackInputStream in = new UnknownLength(body);
        byte[] first = in.readNBytes(4);
        if (first.length < 4 || new String(first, StandardCharsets.US_ASCII).equals("0000")) {
            return; // git asks whether it may, before it sends more than 1 MiB
        }
        in.unread(first);
        Projects.Created project = host.database().transaction(tx -> ensured(tx, caller, name));
        Access.require(caller, Right.PUSH, project.project());
        try (Repository repository = opened(project.project().id())) {
            ReceivePack pack = pack(repository);
            pack.setPreReceiveHook(new PushSession(host, caller, project, out));
            receive(pack, name, in, out);
        }
    }

    private static Projects.Created ensured(Tx tx, Caller caller, ProjectName name) {
        Optional<Project> there = Projects.find(tx, name);
        if (there.isPresent()) {
            return new Projects.Created(there.get(), false);
        }
        Access.requireInstance(caller, Right.CREATE_PROJECT);
        Projects.Created created = Projects.create(tx, name, caller.principal().id());
        if (created.made()) {
            Members.made(tx, caller, created.project());
            Audit.add(
                    tx,
                    caller,
                    Audit.Entry.of(created.project().id(), "project.create", name.toString()));
        }
        return created;
    }

    /// JGit takes a stream in which nothing is available for one that has ended.
    private static final class UnknownLength extends PushbackInputStream {
        UnknownLength(InputStream in) {
            super(in, 4);
        }

        @Override
        public int available() throws IOException {
            return Math.max(1, super.available());
        }
    }

    private void receive(ReceivePack pack, ProjectName name, InputStream in, OutputStream out)
            throws IOException {
        try {
            pack.receive(in, out, null);
        } catch (UnpackException e) {
            log.info("a push to {} was refused: {}", name, String.valueOf(e.getCause())); // told
        }
        // A client that was refused early still sends, and reads only afterwards.
        in.skip(host.limits().packBytes());
    }

    private ReceivePack pack(Repository repository) {
        ReceivePack pack = new ReceivePack(repository);
        pack.setBiDirectionalPipe(false);
        pack.setRefFilter(Fetching::visible);
        pack.setAllowPushOptions(true);
        pack.setAtomic(true);
        pack.setAllowNonFastForwards(true);
        pack.setCheckReceivedObjects(true);
        pack.setObjectChecker(
                new ObjectChecker()
                        .setAllowLeadingZeroFileMode(true)
                        .setAllowInvalidPersonIdent(true)
                        .setSafeForMacOS(true));
        pack.setCheckReferencedObjectsAreReachable(true);
        pack.setMaxCommandBytes(COMMAND_BYTES);
        pack.setMaxPackSizeLimit(host.limits().packBytes());
        pack.setMaxObjectSizeLimit(host.limits().objectBytes());
        return pack;
    }
}
