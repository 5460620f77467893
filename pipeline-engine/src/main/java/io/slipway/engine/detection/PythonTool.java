package io.slipway.engine.detection;

import java.util.Optional;

/// What installs the packages of a Python project. All of them install into `/venv`.
enum PythonTool {
    /// uv, from its lock file.
    UV("uv.lock"),
    /// Poetry, from its lock file.
    POETRY("poetry.lock"),
    /// pip, from requirements.txt.
    PIP("requirements.txt");

    private static final String PIP_CACHE = "RUN --mount=type=cache,target=/root/.cache/pip ";
    private static final String VENV = "RUN python -m venv /venv\n";

    private final String mark;

    PythonTool(String mark) {
        this.mark = mark;
    }

    static Optional<PythonTool> of(ProjectFolder folder) {
        for (PythonTool tool : values()) {
            if (folder.has(tool.mark)) {
                return Optional.of(tool);
            }
        }
        return Optional.empty();
    }

    /// The tool's name, for people.
    String title() {
        return switch (this) {
            case UV -> "uv";
            case POETRY -> "Poetry";
            case PIP -> "pip";
        };
    }

    /// The lines that install dependencies into `/venv`.
    ///
    /// @param itself whether the project has a program of its own that is installed as well
    String install(ProjectFolder folder, boolean itself) {
        return switch (this) {
            case UV -> uv(itself);
            case POETRY -> poetry(itself);
            case PIP -> pip(folder);
        };
    }

    private static String uv(boolean itself) {
        String sync = "RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev";
        return PIP_CACHE
                + "pip install uv\n"
                + "ENV UV_PROJECT_ENVIRONMENT=/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never\n"
                + "COPY pyproject.toml uv.lock ./\n"
                + sync
                + " --no-install-project\n"
                + (itself ? "COPY . .\n" + sync + " --no-editable\n" : "");
    }

    /// Poetry says what is in its lock file, pip installs it: so an index that pip knows is enough.
    private static String poetry(boolean itself) {
        return PIP_CACHE
                + "pip install poetry poetry-plugin-export\n"
                + VENV
                + "COPY pyproject.toml poetry.lock ./\n"
                + "RUN poetry export --output=/requirements.txt\n"
                + PIP_CACHE
                + "/venv/bin/pip install -r /requirements.txt\n"
                + (itself ? "COPY . .\n" + PIP_CACHE + "/venv/bin/pip install --no-deps .\n" : "");
    }

    /// Requirements that name files of the project need all of it.
    private static String pip(ProjectFolder folder) {
        boolean more =
                folder.text(PIP.mark)
                        .lines()
                        .map(String::strip)
                        .anyMatch(line -> line.matches("(-[ercf]|--|\\.|file:).*|.*@ *file:.*"));
        return VENV
                + (more ? "COPY . .\n" : "COPY requirements.txt ./\n")
                + PIP_CACHE
                + "/venv/bin/pip install -r requirements.txt\n";
    }
}
