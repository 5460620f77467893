package io.slipway.engine.source;

import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/// The names of refs.
public final class Refs {
    /// Branches.
    public static final String HEADS = "refs/heads/";

    /// Tags.
    public static final String TAGS = "refs/tags/";

    /// Slipway's own; nobody outside sees, fetches or pushes them.
    public static final String HIDDEN = "refs/slipway/";

    private static final int LONGEST = 1000;

    private Refs() {}

    /// The ref under which a run's commit is kept.
    static String run(int number) {
        return HIDDEN + "runs/" + number;
    }

    /// @return the branch's or tag's short name; any other ref as it is
    public static String brief(String ref) {
        if (ref.startsWith(HEADS)) {
            return ref.substring(HEADS.length());
        }
        return ref.startsWith(TAGS) ? ref.substring(TAGS.length()) : ref;
    }

    /// Whether a text is the full name of a branch or tag by git's grammar, and of a length that
    /// somebody could have meant.
    public static boolean valid(String ref) {
        String name = brief(ref);
        return !name.equals(ref)
                && ref.length() <= LONGEST
                && !name.startsWith("-")
                && !name.contains(".lock/")
                && Repository.isValidRefName(ref);
    }

    static ObjectId id(@Nullable CommitId commit) {
        return commit == null ? ObjectId.zeroId() : ObjectId.fromString(commit.hex());
    }
}
