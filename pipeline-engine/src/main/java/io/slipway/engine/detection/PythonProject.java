package io.slipway.engine.detection;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder with `requirements.txt`, or with `pyproject.toml` and a lock file.
final class PythonProject {
    private static final String PROJECT = "pyproject.toml";
    private static final List<String> LINES =
            List.of("3.13", "3.12", "3.11", "3.14", "3.10", "3.9", "3.8", "3.7");
    private static final Pattern EXACT = Pattern.compile("(?:python-)?(3\\.[0-9]{1,2})(?:\\..*)?");

    private final ProjectFolder folder;
    private final Optional<JsonNode> project;
    private final FromImages images;

    private PythonProject(ProjectFolder folder, Optional<JsonNode> project, FromImages images) {
        this.folder = folder;
        this.project = project;
        this.images = images;
    }

    static Optional<Answer> in(ProjectFolder folder, Optional<String> web, FromImages images) {
        Optional<PythonTool> tool = PythonTool.of(folder);
        Optional<JsonNode> project = folder.toml(PROJECT);
        if (tool.isEmpty()) {
            return seen(folder);
        }
        if (tool.get() != PythonTool.PIP && project.isEmpty()) {
            return Optional.of(
                    Answer.Unknown.incomplete(
                            "a Python project without a pyproject.toml that can be read",
                            "correct it"));
        }
        return Optional.of(new PythonProject(folder, project, images).answer(tool.get(), web));
    }

    private static Optional<Answer> seen(ProjectFolder folder) {
        boolean python = folder.has(PROJECT) || folder.has("setup.py") || folder.has("Pipfile");
        return python
                ? Optional.of(
                        Answer.Unknown.incomplete(
                                "a Python project without uv.lock, poetry.lock or requirements.txt",
                                "commit one of these, or add a Dockerfile"))
                : Optional.empty();
    }

    private Answer answer(PythonTool tool, Optional<String> web) {
        Optional<PythonStart.Found> found = new PythonStart(folder, project, tool).find(web);
        if (found.isEmpty()) {
            return Answer.Unknown.incomplete(
                    "a Python project without a start command",
                    "write one line 'web: ...' in a Procfile, or add a Dockerfile");
        }
        Start start = found.get().start();
        String why = "a Python project with " + tool.title() + ": starts by " + start.why();
        String text = dockerfile(tool.install(folder, found.get().itself()), start);
        return new Recipe(folder.path(), null, text, why);
    }

    private String dockerfile(String install, Start start) {
        String from = "FROM " + images.from("python", version() + "-slim");
        return from
                + " AS build\nWORKDIR /app\n"
                + install
                + from
                + "\nENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp\nWORKDIR /app\n"
                + "COPY --from=build /venv /venv\nCOPY . .\n"
                + start.lines();
    }

    private String version() {
        for (String file : List.of(".python-version", "runtime.txt")) {
            Matcher exact = EXACT.matcher(folder.text(file).strip());
            if (exact.matches()) {
                return exact.group(1);
            }
        }
        String range =
                project.map(
                                root ->
                                        root.path("project")
                                                .path("requires-python")
                                                .asString(poetryRange(root)))
                        .orElse("");
        return new VersionRange(range).first(LINES).orElse(LINES.getFirst());
    }

    private static String poetryRange(JsonNode root) {
        JsonNode poetry = root.path("tool").path("poetry").path("dependencies").path("python");
        return poetry.asString("");
    }
}
