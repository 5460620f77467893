package io.slipway.engine.detection;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a Node project starts: the Procfile, scripts.start, a file that is named, Node's own
/// defaults.
final class NodeStart {
    private static final Pattern ENVIRONMENT = Pattern.compile("\\benv\\.PORT\\b|env\\[['\"]PORT");
    private static final Pattern LITERAL =
            Pattern.compile("(?:\\.listen\\(\\s*|\\bport\\b\\s*[:=]\\s*)([0-9]{2,5})\\b");
    private static final Pattern SCRIPT = Pattern.compile("node\\s+([A-Za-z0-9_./-]+)");

    private NodeStart() {}

    static Optional<Start> of(ProjectFolder folder, JsonNode json, Optional<String> web) {
        if (web.isPresent()) {
            return Optional.of(line(folder, Start.shell(web.get()), web.get(), "Procfile"));
        }
        JsonNode scripts = json.path("scripts");
        String start = scripts.path("start").asString("");
        if (!start.isBlank()) {
            boolean whole = scripts.has("prestart") || scripts.has("poststart");
            List<String> command = whole ? List.of("npm", "start") : Start.shell(start);
            return Optional.of(line(folder, command, start, "scripts.start of package.json"));
        }
        return file(folder, json);
    }

    private static Start line(ProjectFolder folder, List<String> command, String line, String why) {
        Matcher script = SCRIPT.matcher(line);
        int named = Start.portOf(line);
        int port = named == 0 && script.find() ? port(folder, script.group(1)) : named;
        return new Start(command, port, why);
    }

    private static Optional<Start> file(ProjectFolder folder, JsonNode json) {
        String main = plain(json.path("main").asString(""));
        boolean built = main.endsWith(".js") && json.path("scripts").has("build");
        if (folder.has(main) || built) {
            return Optional.of(file(folder, main, "main of package.json"));
        }
        JsonNode bin = json.path("bin");
        JsonNode one = bin.isObject() && bin.size() == 1 ? bin.iterator().next() : bin;
        String program = plain(one.asString(""));
        if (folder.has(program)) {
            return Optional.of(file(folder, program, "bin of package.json"));
        }
        for (String name : List.of("server.js", "index.js")) {
            if (folder.has(name)) {
                return Optional.of(file(folder, name, name));
            }
        }
        return Optional.empty();
    }

    private static Start file(ProjectFolder folder, String file, String why) {
        return new Start(List.of("node", file), port(folder, file), why);
    }

    private static int port(ProjectFolder folder, String file) {
        return Start.portIn(folder.text(plain(file)), ENVIRONMENT, LITERAL);
    }

    private static String plain(String path) {
        return path.startsWith("./") ? path.substring(2) : path;
    }
}
