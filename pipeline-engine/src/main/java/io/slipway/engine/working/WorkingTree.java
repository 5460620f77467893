package io.slipway.engine.working;

import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Somebody's folder as it lies there: what a `git add --all && git commit` would commit. Nothing
/// in it is changed, neither files nor the repository; the commit is made in one of Slipway's own.
///
/// @param root the folder that is the root of the sources
/// @param gitFolder of its repository; null when it has none
/// @param environment of the process, which says where the user's git settings are
public record WorkingTree(Path root, @Nullable Path gitFolder, Map<String, String> environment) {

    /// The working tree that a folder belongs to: that of the git repository around it, else the
    /// folder itself.
    public static WorkingTree at(Path folder, Map<String, String> environment) {
        Path from = folder.toAbsolutePath().normalize();
        for (Path at = from; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(Constants.DOT_GIT))) {
                FileRepositoryBuilder found =
                        new FileRepositoryBuilder().findGitDir(at.toFile()); // also a linked one
                if (found.getGitDir() != null) {
                    return new WorkingTree(at, found.getGitDir().toPath(), environment);
                }
            }
        }
        return new WorkingTree(from, null, environment);
    }

    /// What the repository says of itself.
    ///
    /// @param branch that is checked out, short name; null when none is, or without a repository
    /// @param defaultBranch of the remote `origin`, else `main` where it exists; null: not known
    /// @param remote URL of the remote `slipway`; null when there is none
    public record Facts(
            @Nullable String branch, @Nullable String defaultBranch, @Nullable String remote) {}

    /// Reads what the repository says.
    public Facts facts() {
        if (gitFolder == null) {
            return new Facts(null, null, null);
        }
        try (FileRepository users = own(gitFolder.toFile())) {
            String head = users.getFullBranch();
            return new Facts(
                    head != null && head.startsWith(Constants.R_HEADS)
                            ? Repository.shortenRefName(head)
                            : null,
                    defaultBranch(users),
                    users.getConfig().getString("remote", "slipway", "url"));
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot read the repository of " + root + ": " + e.getMessage(),
                    "see whether git status works there",
                    e);
        }
    }

    private static @Nullable String defaultBranch(Repository users) throws IOException {
        String origin = Constants.R_REMOTES + "origin/";
        Ref head = users.exactRef(origin + Constants.HEAD);
        if (head != null && head.isSymbolic()) {
            return head.getTarget().getName().substring(origin.length());
        }
        return users.exactRef(Constants.R_HEADS + "main") == null ? null : "main";
    }

    /// The commit that stands for the working tree.
    ///
    /// @param base the commit that is checked out; null when there is none
    /// @param changes how many files differ from that one; all of them when there is none
    public record Taken(CommitId commit, @Nullable CommitId base, int changes) {
        /// Whether it is the very commit that is checked out.
        public boolean clean() {
            return commit.equals(base);
        }
    }

    /// Makes the commit in a project's repository. Objects of the user's repository are read from
    /// there and not copied, so it has to stay where it is while the commit is used. The tags that
    /// point to a clean commit come with it.
    ///
    /// @throws Fault CONFIGURATION when a file can't be read, or there is too much
    public Taken into(Repositories repositories, long projectId) {
        try (Repository store = repositories.open(projectId)) {
            if (gitFolder == null) {
                return taken(own(store.getDirectory()), repositories, projectId);
            }
            FileRepository users = own(gitFolder.toFile());
            borrow(store, users);
            return taken(users, repositories, projectId);
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take the files of " + root + ": " + e.getMessage(),
                    "look at the file that is named, then try again",
                    e);
        }
    }

    private FileRepository own(File gitDir) throws IOException {
        FileRepositoryBuilder builder =
                new FileRepositoryBuilder().setGitDir(gitDir).setWorkTree(root.toFile());
        return (FileRepository) builder.setMustExist(true).build();
    }

    private static void borrow(Repository store, FileRepository users) throws IOException {
        Path objects = users.getObjectDatabase().getDirectory().toPath().toAbsolutePath();
        Path alternates = store.getDirectory().toPath().resolve("objects/info/alternates");
        Files.createDirectories(alternates.getParent());
        Files.writeString(alternates, objects + "\n", StandardCharsets.UTF_8);
    }

    /// @param users closed here
    private Taken taken(FileRepository users, Repositories repositories, long projectId)
            throws IOException {
        try (users;
                // Opened now, so that it knows of what is borrowed.
                Repository store = repositories.open(projectId);
                ObjectInserter inserter = inserter(store);
                ObjectReader reader = store.newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            GitUser user = new GitUser(environment);
            user.applyTo(users.getConfig());
            ObjectId tree = new FilesAsTheyAre(users, inserter).tree();
            ObjectId head = gitFolder == null ? null : users.resolve(Constants.HEAD);
            RevCommit parent = head == null ? null : walk.parseCommit(head);
            if (parent != null && parent.getTree().equals(tree)) {
                inserter.flush();
                tags(users, store, parent);
                CommitId base = new CommitId(parent.name());
                return new Taken(base, base, 0);
            }
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(tree);
            commit.setAuthor(user.person(users.getConfig()));
            commit.setCommitter(commit.getAuthor());
            commit.setMessage(parent == null ? "The files as they are" : message(parent));
            if (parent != null) {
                commit.setParentId(parent);
            }
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            int changes = changes(reader, parent == null ? null : parent.getTree(), tree);
            CommitId base = parent == null ? null : new CommitId(parent.name());
            return new Taken(new CommitId(id.name()), base, changes);
        }
    }

    /// One pack for all: many files are many single writes otherwise.
    private static ObjectInserter inserter(Repository store) {
        return ((FileRepository) store).getObjectDatabase().newPackInserter();
    }

    private static String message(RevCommit parent) {
        return "Not committed, on top of "
                + parent.abbreviate(7).name()
                + ": "
                + parent.getShortMessage();
    }

    private static int changes(ObjectReader reader, @Nullable ObjectId before, ObjectId after)
            throws IOException {
        int changes = 0;
        try (TreeWalk walk = new TreeWalk(reader)) {
            if (before != null) {
                walk.addTree(before);
                walk.setFilter(TreeFilter.ANY_DIFF);
            }
            walk.addTree(after);
            walk.setRecursive(true);
            while (walk.next()) {
                changes++;
            }
        }
        return changes;
    }

    private static void tags(Repository users, Repository store, RevCommit commit)
            throws IOException {
        for (Ref tag : users.getRefDatabase().getRefsByPrefix(Constants.R_TAGS)) {
            Ref peeled = users.getRefDatabase().peel(tag);
            ObjectId target =
                    peeled.getPeeledObjectId() == null
                            ? peeled.getObjectId()
                            : peeled.getPeeledObjectId();
            if (commit.equals(target)) {
                RefUpdate update = store.updateRef(tag.getName());
                update.setNewObjectId(tag.getObjectId());
                update.disableRefLog();
                update.forceUpdate();
            }
        }
    }
}
