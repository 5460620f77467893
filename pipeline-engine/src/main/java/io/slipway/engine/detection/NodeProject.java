package io.slipway.engine.detection;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder with a `package.json`.
final class NodeProject {
    private static final String MARK = "package.json";

    /// The lines of Node with support first, the newest of them in front of the coming one.
    private static final List<String> LINES =
            List.of("22", "24", "20", "18", "26", "16", "14", "12");

    private static final Pattern CODE_NAME =
            Pattern.compile(
                    "lts/(argon|boron|carbon|dubnium|erbium|fermium|gallium|hydrogen|iron|jod|krypton)");
    private static final List<String> CODE_NAMES =
            List.of(
                    "argon",
                    "boron",
                    "carbon",
                    "dubnium",
                    "erbium",
                    "fermium",
                    "gallium",
                    "hydrogen",
                    "iron",
                    "jod",
                    "krypton");

    private final ProjectFolder folder;
    private final JsonNode json;
    private final FromImages images;

    private NodeProject(ProjectFolder folder, JsonNode json, FromImages images) {
        this.folder = folder;
        this.json = json;
        this.images = images;
    }

    static Optional<Answer> in(ProjectFolder folder, Optional<String> web, FromImages images) {
        if (!folder.has(MARK)) {
            return Optional.empty();
        }
        Optional<JsonNode> json = folder.json(MARK);
        if (json.isEmpty()) {
            return Optional.of(
                    Answer.Unknown.incomplete("a package.json that is no JSON", "correct it"));
        }
        return Optional.of(new NodeProject(folder, json.get(), images).answer(web));
    }

    private Answer answer(Optional<String> web) {
        if (json.has("workspaces") || folder.has("pnpm-workspace.yaml")) {
            return Answer.Unknown.notOffered("a Node project with workspaces");
        }
        boolean berry = folder.text("yarn.lock").contains("\n__metadata:");
        if (berry || folder.has(".pnp.cjs")) {
            return Answer.Unknown.notOffered("a Node project with Yarn 2 or newer");
        }
        Optional<Start> start = NodeStart.of(folder, json, web);
        if (start.isEmpty()) {
            return Answer.Unknown.incomplete(
                    "a Node project without a start command",
                    "write scripts.start in package.json, or add a Dockerfile");
        }
        NodeTool tool = NodeTool.of(folder);
        String why = "a Node project with " + tool.title() + ": starts by " + start.get().why();
        return new Recipe(folder.path(), null, dockerfile(tool, start.get()), why);
    }

    private String dockerfile(NodeTool tool, Start start) {
        String from = "FROM " + images.from("node", version() + "-slim");
        String setUp = tool.setUp(folder, json.path("packageManager").asString(""));
        String begin = "WORKDIR /app\n" + setUp + "COPY " + tool.files() + " ./\n";
        StringBuilder text = new StringBuilder();
        text.append(from).append(" AS dependencies\n").append(begin);
        text.append(tool.install(false)).append("RUN mkdir -p node_modules\n");
        if (json.path("scripts").has("build")) {
            text.append(from).append(" AS build\n").append(begin).append(tool.install(true));
            text.append("COPY . .\n").append(tool.script("build"));
            text.append("RUN rm -rf node_modules\n");
        }
        text.append(from).append("\nENV NODE_ENV=production HOME=/tmp ");
        text.append("PATH=/app/node_modules/.bin:$PATH\nWORKDIR /app\n");
        text.append("COPY --from=dependencies /app/node_modules ./node_modules\n");
        text.append(
                json.path("scripts").has("build") ? "COPY --from=build /app ./\n" : "COPY . .\n");
        return text.append(start.lines()).toString();
    }

    private String version() {
        for (String file : List.of(".nvmrc", ".node-version")) {
            Optional<String> line = line(folder.text(file).strip());
            if (line.isPresent()) {
                return line.get();
            }
        }
        String engines = json.path("engines").path("node").asString("");
        return new VersionRange(engines).first(LINES).orElse(LINES.getFirst());
    }

    private static Optional<String> line(String written) {
        Matcher codeName = CODE_NAME.matcher(written);
        if (codeName.matches()) {
            return Optional.of(String.valueOf(4 + 2 * CODE_NAMES.indexOf(codeName.group(1))));
        }
        Matcher number = Pattern.compile("v?([0-9]{1,3})(\\..*)?").matcher(written);
        return number.matches() ? Optional.of(number.group(1)) : Optional.empty();
    }
}
