package io.slipway.engine.source;

import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.TransportProtocol;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// The only way to git objects: one bare repository per project. Safe for use by many threads.
///
/// One server at a time uses the folder; it calls [#sweep] before anything else.
public final class Repositories {
    private final Path folder;
    private final Failpoint failpoint;

    /// @param folder holds every repository; made when missing
    public Repositories(Path folder) {
        this(folder, Failpoint.NONE);
    }

    /// @param folder holds every repository; made when missing
    /// @param failpoint told of the moves of refs
    public Repositories(Path folder, Failpoint failpoint) {
        this.failpoint = failpoint;
        GitSettings.apply();
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unreadable("the folder of the repositories", e);
        }
    }

    /// Makes a project's repository, or leaves the one that is there as it is.
    public void create(long projectId) {
        Path path = path(projectId);
        if (Files.isDirectory(path)) {
            return;
        }
        try {
            Path fresh = Files.createTempDirectory(folder, "new-");
            try (Repository repository = builder(fresh).setBare().build()) {
                repository.create(true);
                StoredConfig config = repository.getConfig();
                config.setBoolean("core", null, "logAllRefUpdates", false);
                config.setBoolean("core", null, "fsyncObjectFiles", true);
                config.setBoolean("core", null, "fsyncRefFiles", true);
                config.save();
            }
            moveInto(fresh, path);
        } catch (IOException e) {
            throw unreadable("the repository of project " + projectId, e);
        }
    }

    private static void moveInto(Path fresh, Path path) throws IOException {
        try {
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException e) {
            Folders.remove(fresh);
            if (!Files.isDirectory(path)) {
                throw e;
            }
        }
    }

    /// The project's repository as JGit has it; the caller closes it.
    ///
    /// @throws Fault NOT_FOUND when the project has none
    public Repository open(long projectId) {
        try {
            return builder(path(projectId)).setMustExist(true).build();
        } catch (RepositoryNotFoundException e) {
            throw new Fault(
                    Kind.NOT_FOUND,
                    "cannot open the repository of project " + projectId + ": there is none",
                    "push to the project",
                    e);
        } catch (IOException e) {
            throw unreadable("the repository of project " + projectId, e);
        }
    }

    /// The project's repository for somebody who sends a pack, as [#open]. What a server that died
    /// has locked is free again.
    public Repository openToReceive(long projectId) {
        try {
            Leftovers.unlockPacks(path(projectId));
        } catch (IOException e) {
            throw unreadable("the repository of project " + projectId, e);
        }
        return open(projectId);
    }

    /// The way to a server elsewhere; whoever uses it says how it connects.
    ///
    /// @param scheme `http`, `https` or `ssh`; no other is spoken
    public static TransportProtocol protocol(String scheme) {
        return GitSettings.protocol(scheme);
    }

    /// The files of one commit. Each call opens what it reads and closes it again.
    public SourceTree tree(long projectId, CommitId commit) {
        return new CommitTree(() -> open(projectId), commit);
    }

    /// A commit as a work tree.
    ///
    /// @param ref full name; a branch is what HEAD names in the work tree
    /// @param remoteUrl of `origin`, without credentials; null for no remote
    public WorkTree workTree(
            long projectId, String ref, CommitId commit, @Nullable String remoteUrl) {
        return new WorkTree(() -> open(projectId), folder, ref, commit, remoteUrl);
    }

    /// A folder of a commit as a plain tree, without `.git`.
    ///
    /// @param path of the folder; empty for the root
    public SourceFolder sourceFolder(long projectId, CommitId commit, String path) {
        return new SourceFolder(() -> open(projectId), commit, path);
    }

    /// Who made a commit and what its message says.
    public CommitInfo describe(long projectId, CommitId commit) {
        try (Repository repository = open(projectId)) {
            return CommitInfo.read(repository, commit);
        } catch (IOException e) {
            throw unreadable("commit " + commit.brief(), e);
        }
    }

    /// Keeps a run's commit under `refs/slipway/runs/N`, which nobody outside sees. Repeatable.
    public void keepRun(long projectId, int number, CommitId commit) {
        try (Repository repository = open(projectId)) {
            RefUpdate update = repository.updateRef(Refs.run(number));
            update.setNewObjectId(Refs.id(commit));
            update.disableRefLog();
            RefUpdate.Result result = update.forceUpdate();
            if (!done(result)) {
                throw new IOException("the ref could not be written: " + result);
            }
        } catch (IOException e) {
            throw unreadable("run " + number + "'s commit", e);
        }
    }

    /// Lets go of a run's commit. Repeatable.
    public void dropRun(long projectId, int number) {
        try (Repository repository = open(projectId)) {
            RefUpdate update = repository.updateRef(Refs.run(number));
            update.setForceUpdate(true);
            update.disableRefLog();
            update.delete();
        } catch (IOException e) {
            throw unreadable("run " + number + "'s commit", e);
        }
    }

    /// The branches and tags of a project and their moves.
    public Branches branches(long projectId) {
        return new Branches(() -> open(projectId), failpoint);
    }

    /// What differs between commits of a project.
    public Comparison comparison(long projectId) {
        return new Comparison(() -> open(projectId));
    }

    /// What a ref points to; a symbolic or missing one is empty.
    public Optional<CommitId> at(long projectId, String ref) {
        return branches(projectId).at(ref);
    }

    /// Removes a project's repository. Repeatable.
    public void delete(long projectId) {
        try {
            Path path = path(projectId);
            if (Files.isDirectory(path)) {
                Path aside = Files.createTempDirectory(folder, "new-");
                Files.move(path, aside.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
                Folders.remove(aside);
            }
        } catch (IOException e) {
            throw unreadable("the repository of project " + projectId, e);
        }
    }

    /// Removes what a killed server left: locks, kept packs, files that were being received. Called
    /// once at start, before this server uses a repository.
    ///
    /// @param alone whether no other server uses the folder: then all of it goes, else only what is
    ///   too old to be in use
    public void sweep(boolean alone) {
        try {
            Leftovers.sweep(folder, alone);
        } catch (IOException e) {
            throw unreadable("the folder of the repositories", e);
        }
    }

    /// Packs a project's objects and removes those that nothing has named for a day. Slow; safe
    /// beside everything else.
    public void tidy(long projectId) {
        try (Repository repository = open(projectId)) {
            Leftovers.tidy((FileRepository) repository);
        } catch (IOException e) {
            throw unreadable("the repository of project " + projectId, e);
        }
    }

    private static boolean done(RefUpdate.Result result) {
        return switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> true;
            default -> false;
        };
    }

    private Path path(long projectId) {
        return folder.resolve(projectId + Constants.DOT_GIT_EXT);
    }

    private static FileRepositoryBuilder builder(Path path) {
        return new FileRepositoryBuilder().setGitDir(path.toFile());
    }

    static Fault unreadable(String what, IOException e) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot use " + what + ": " + e.getMessage(),
                "check the data folder's disk and permissions",
                e);
    }
}
