package io.slipway.web.cli;

import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a folder tells about the project it belongs to. Only plain files of `.git` are read.
///
/// @param project that of the remote `slipway`, else a name made of the folder's
/// @param branch that is checked out; `main` where there is no checkout
/// @param defaultBranch of the remote `origin`, else `main` where it exists, else `branch`
public record Checkout(String project, String branch, String defaultBranch) {
    private static final String MAIN = "main";
    private static final Pattern REMOTE =
            Pattern.compile("(?m)^\\s*url\\s*=\\s*https?://[^\\s/]+/([^\\s]+?)\\.git\\s*$");
    private static final String HEADS = "ref: refs/heads/";
    private static final String ORIGIN = "ref: refs/remotes/origin/";

    public static Checkout at(Path folder) {
        Path git = folder.resolve(".git");
        String branch = after(HEADS, git.resolve("HEAD"));
        String origin = after(ORIGIN, git.resolve("refs/remotes/origin/HEAD"));
        String checkedOut = branch == null ? MAIN : branch;
        boolean hasMain = Files.exists(git.resolve("refs/heads/" + MAIN));
        String fallback = hasMain ? MAIN : checkedOut;
        String project = remote(git.resolve("config")).orElseGet(() -> name(folder));
        return new Checkout(project, checkedOut, origin == null ? fallback : origin);
    }

    Checkout on(String other) {
        return new Checkout(project, other, defaultBranch);
    }

    PlanRequest request(String domain) {
        return new PlanRequest(
                project,
                "refs/heads/" + branch,
                CommitId.ZERO,
                defaultBranch,
                domain,
                Trigger.push(Changes.all("the files as they are")));
    }

    /// The name of a project made of a folder's.
    public static String name(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        String name =
                String.valueOf(last)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^[^a-z]+", "");
        String cut = name.length() > 40 ? name.substring(0, 40) : name;
        String trimmed = cut.replaceAll("-+$", "");
        try {
            return ProjectName.parse(trimmed).name();
        } catch (Fault reservedOrEmpty) {
            return "project";
        }
    }

    /// The project in the URL of the remote `slipway`; empty where there is none, or no project's.
    private static Optional<String> remote(Path config) {
        if (!Files.isRegularFile(config)) {
            return Optional.empty();
        }
        try {
            return project(Files.readString(config))
                    .map(name -> ProjectName.parse(name).toString());
        } catch (Fault notSlipways) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The path in the URL of the remote `slipway`, of what `.git/config` holds.
    public static Optional<String> project(String config) {
        int begin = config.indexOf("[remote \"slipway\"]");
        if (begin < 0) {
            return Optional.empty();
        }
        int end = config.indexOf("\n[", begin);
        Matcher url = REMOTE.matcher(config.substring(begin, end < 0 ? config.length() : end));
        return url.find() ? Optional.of(url.group(1)) : Optional.empty();
    }

    private static @Nullable String after(String prefix, Path file) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            String line = Files.readString(file).strip();
            return line.startsWith(prefix) ? line.substring(prefix.length()) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
