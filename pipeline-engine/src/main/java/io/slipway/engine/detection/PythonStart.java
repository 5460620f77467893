package io.slipway.engine.detection;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a Python project starts: the Procfile, a server among its dependencies with the one
/// application in its sources, the one script of pyproject.toml, a file with a usual name.
final class PythonStart {
    /// @param itself whether the project has to be installed for that
    record Found(Start start, boolean itself) {}

    private static final Pattern APPLICATION =
            Pattern.compile(
                    "(?m)^([A-Za-z_]\\w*)\\s*(?::[^=\\n]+)?=\\s*(?:\\w+\\.)?"
                            + "(Flask|FastAPI|Starlette|Quart|Sanic|get_wsgi_application"
                            + "|get_asgi_application)\\(");
    private static final Set<String> ASYNCHRONOUS =
            Set.of("FastAPI", "Starlette", "Quart", "get_asgi_application");
    private static final Pattern CALLABLE = Pattern.compile("(?m)^def (application|app)\\(");
    private static final Pattern ENVIRONMENT =
            Pattern.compile("environ[^\\n]{0,12}['\"]PORT['\"]|getenv\\(['\"]PORT['\"]");
    private static final Pattern LITERAL =
            Pattern.compile(
                    "(?:port\\s*=\\s*|\\(\\s*['\"][^'\"\\n]*['\"]\\s*,\\s*)([0-9]{2,5})\\b");
    private static final Pattern TESTS =
            Pattern.compile("(^|/)(tests?|docs|examples?)/|(^|/)(test_[^/]*|conftest)\\.py$");
    private static final List<String> FILES =
            List.of("app.py", "main.py", "server.py", "run.py", "__main__.py");

    private final ProjectFolder folder;
    private final Optional<JsonNode> project;
    private final PythonTool tool;

    PythonStart(ProjectFolder folder, Optional<JsonNode> project, PythonTool tool) {
        this.folder = folder;
        this.project = project;
        this.tool = tool;
    }

    Optional<Found> find(Optional<String> web) {
        List<String> scripts = tool == PythonTool.PIP ? List.of() : scripts();
        if (web.isPresent()) {
            Start start = new Start(Start.shell(web.get()), Start.portOf(web.get()), "Procfile");
            return Optional.of(new Found(start, !scripts.isEmpty()));
        }
        return server().or(() -> program(scripts)).or(this::file);
    }

    private Optional<Found> server() {
        Set<String> packages = packages();
        List<String> wsgi = new ArrayList<>();
        List<String> asgi = new ArrayList<>();
        for (String file : folder.files("", ".py")) {
            if (TESTS.matcher(file).find()) {
                continue;
            }
            String source = folder.text(file);
            String module = file.replaceAll("(/__init__)?\\.py$", "").replace('/', '.');
            Matcher found = APPLICATION.matcher(source);
            if (found.find()) {
                List<String> list = ASYNCHRONOUS.contains(found.group(2)) ? asgi : wsgi;
                list.add(module + ":" + found.group(1));
            } else if (CALLABLE.matcher(source).find() && !file.contains("/")) {
                Matcher name = CALLABLE.matcher(source);
                wsgi.add(module + ":" + (name.find() ? name.group(1) : ""));
            }
        }
        if (packages.contains("uvicorn") && asgi.size() == 1) {
            return served("uvicorn --host 0.0.0.0 --port $PORT", "--app-dir", asgi.getFirst());
        }
        if (packages.contains("gunicorn") && wsgi.size() == 1) {
            return served("gunicorn --bind 0.0.0.0:$PORT", "--pythonpath", wsgi.getFirst());
        }
        return Optional.empty();
    }

    /// A folder src is no package: it is where packages are.
    private static Optional<Found> served(String server, String folderFlag, String application) {
        boolean source = application.startsWith("src.");
        String module = source ? application.substring(4) : application;
        String line = server + (source ? " " + folderFlag + " src " : " ") + module;
        String why = server.substring(0, server.indexOf(' ')) + " with " + module;
        Start start = new Start(Start.shell(line), Start.FROM_ENVIRONMENT, why);
        return Optional.of(new Found(start, false));
    }

    private Optional<Found> program(List<String> scripts) {
        if (scripts.size() != 1) {
            return Optional.empty();
        }
        String why = "the script " + scripts.getFirst() + " of pyproject.toml";
        return Optional.of(new Found(new Start(List.of(scripts.getFirst()), port(), why), true));
    }

    /// What the sources say, where one of them names a port.
    private int port() {
        return folder.files("", ".py").stream()
                .mapToInt(file -> Start.portIn(folder.text(file), ENVIRONMENT, LITERAL))
                .filter(port -> port != 0)
                .findFirst()
                .orElse(0);
    }

    private Optional<Found> file() {
        return FILES.stream()
                .filter(folder::has)
                .findFirst()
                .map(
                        file ->
                                new Found(
                                        new Start(
                                                List.of("python", file),
                                                Start.portIn(
                                                        folder.text(file), ENVIRONMENT, LITERAL),
                                                file),
                                        false));
    }

    private List<String> scripts() {
        List<String> names = new ArrayList<>();
        project.ifPresent(
                root -> {
                    names.addAll(root.path("project").path("scripts").propertyNames());
                    names.addAll(root.path("tool").path("poetry").path("scripts").propertyNames());
                });
        return names;
    }

    /// Names of what it depends on, in lower case.
    private Set<String> packages() {
        Set<String> names = new TreeSet<>();
        if (tool == PythonTool.PIP) {
            folder.text("requirements.txt").lines().forEach(line -> names.add(name(line)));
        }
        project.ifPresent(
                root -> {
                    root.path("project")
                            .path("dependencies")
                            .forEach(line -> names.add(name(line.asString(""))));
                    root.path("tool")
                            .path("poetry")
                            .path("dependencies")
                            .propertyNames()
                            .forEach(line -> names.add(name(line)));
                });
        return names;
    }

    private static String name(String requirement) {
        return requirement.strip().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_.-].*$", "");
    }
}
