package io.slipway.engine.translation;

import io.slipway.fault.Fault;

import java.util.List;

/// The pipeline file of another service as one of Slipway's. What has no exact counterpart is left
/// as a comment with the reason; nothing is guessed.
public final class Translation {
    private Translation() {}

    /// The text of a `.slipway.yml`.
    ///
    /// @param file its path, by whose name the service is told
    /// @throws Fault CONFIGURATION when it is none of a known service, or cannot be read
    public static String text(String file, String content) {
        SourceText source = new SourceText(file, content);
        Drafts drafts = new Drafts(source);
        String name = file.replace('\\', '/');
        if (name.endsWith(".gitlab-ci.yml") || name.endsWith(".gitlab-ci.yaml")) {
            new GitlabPipeline(source, drafts).read();
        } else if (name.contains(".woodpecker")) {
            new WoodpeckerPipeline(source, drafts).read();
        } else if (name.contains(".github/workflows/")) {
            new GithubWorkflow(source, drafts).read();
        } else {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot translate " + file + ": its name is none of a known service",
                    "name a .github/workflows/NAME.yml, .gitlab-ci.yml or .woodpecker.yml");
        }
        String jobs = drafts.text();
        List<String> left = source.leftovers();
        return "# Written by `slipway plan --write --from "
                + Scalars.comment(file)
                + "`.\n# Every key that is possible: docs/pipeline-reference.yml\n"
                + jobs
                + (left.isEmpty() ? "" : "\n# What is not translated, and why:\n")
                + String.join("\n", left)
                + (left.isEmpty() ? "" : "\n");
    }
}
