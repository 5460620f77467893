package io.slipway.engine.source;

import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

import java.io.IOException;
import java.time.Instant;

/// Who made a commit and what its message says. All of it was written by whoever made the commit
/// and proves nothing.
///
/// @param subject first line of the message, at most 200 characters, no control characters
/// @param author name, at most 100 characters, no control characters
/// @param at the committer's time
/// @param message whole, at most 16,384 characters
public record CommitInfo(
        CommitId commit, String subject, String author, Instant at, String message) {
    private static final int LONGEST = 16_384;

    static CommitInfo read(Repository repository, CommitId id) throws IOException {
        try (RevWalk walk = new RevWalk(repository)) {
            RevCommit commit = walk.parseCommit(Refs.id(id));
            return new CommitInfo(
                    id,
                    clean(commit.getShortMessage(), 200),
                    clean(commit.getAuthorIdent().getName(), 100),
                    Instant.ofEpochSecond(commit.getCommitTime()),
                    cut(commit.getFullMessage()));
        }
    }

    private static String cut(String message) {
        return message.substring(0, Math.min(message.length(), LONGEST));
    }

    private static String clean(String text, int longest) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
                .limit(longest)
                .forEach(clean::appendCodePoint);
        return clean.toString().strip();
    }
}
