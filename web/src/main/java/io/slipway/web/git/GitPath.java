package io.slipway.web.git;

import io.slipway.engine.project.ProjectName;
import io.slipway.fault.Fault;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a request to the git host is about.
///
/// @param project as the path names it
/// @param action what is asked of it
record GitPath(ProjectName project, Action action) {
    /// A path of the git host, for a router. Nothing in it is decoded.
    static final String PATTERN =
            "/([-a-z0-9]{1,40}(?:/[-a-z0-9]{1,40})?)\\.git/"
                    + "(info/refs|git-upload-pack|git-receive-pack)";

    private static final Pattern PATH = Pattern.compile(PATTERN);

    /// What may be asked of a repository.
    enum Action {
        /// Which refs it has.
        REFS,
        /// Objects.
        FETCH,
        /// To take objects.
        PUSH
    }

    /// @return empty when the path is none of the git host's
    static Optional<GitPath> parse(String path) {
        Matcher matcher = PATH.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            Action action =
                    switch (matcher.group(2)) {
                        case "git-upload-pack" -> Action.FETCH;
                        case "git-receive-pack" -> Action.PUSH;
                        default -> Action.REFS;
                    };
            return Optional.of(new GitPath(ProjectName.parse(matcher.group(1)), action));
        } catch (Fault fault) {
            return Optional.empty();
        }
    }
}
