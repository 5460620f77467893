package io.slipway.engine.detection;

import io.slipway.engine.source.SourceTree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder with a `go.mod`.
final class GoProject {
    private static final String MARK = "go.mod";
    private static final String NEWEST = "1.25";
    private static final Pattern VERSION = Pattern.compile("(?m)^go\\s+([0-9]+\\.[0-9]+)");
    private static final Pattern MODULE = Pattern.compile("(?m)^module\\s+\"?([^\\s\"]+)");
    private static final Pattern MAIN = Pattern.compile("(?m)^package main\\b");
    private static final Pattern MAIN_FUNCTION = Pattern.compile("(?m)^func main\\(\\)");
    private static final Pattern ENVIRONMENT =
            Pattern.compile("(?:Getenv|LookupEnv)\\(\"PORT\"\\)");
    private static final Pattern LITERAL = Pattern.compile("\"[0-9.]*:([0-9]{2,5})\"");

    private final ProjectFolder folder;
    private final FromImages images;

    private GoProject(ProjectFolder folder, FromImages images) {
        this.folder = folder;
        this.images = images;
    }

    static Optional<Answer> in(ProjectFolder folder, Optional<String> web, FromImages images) {
        if (!folder.has(MARK)) {
            return Optional.empty();
        }
        return Optional.of(new GoProject(folder, images).answer(web));
    }

    private Answer answer(Optional<String> web) {
        List<String> mains = mains();
        if (mains.size() != 1) {
            String which = mains.isEmpty() ? "no main package" : "main packages in " + shown(mains);
            return Answer.Unknown.incomplete("a Go module with " + which, "add a Dockerfile");
        }
        String main = mains.getFirst();
        Start start =
                web.map(line -> new Start(Start.shell(line), Start.portOf(line), "Procfile"))
                        .orElseGet(
                                () ->
                                        new Start(
                                                List.of(program(main)),
                                                port(main),
                                                "the main package in " + shown(List.of(main))));
        return new Recipe(
                folder.path(),
                null,
                dockerfile(main, start),
                "a Go module: starts by " + start.why());
    }

    /// The program's files beside its code stay with it: templates, pages.
    private String dockerfile(String main, Start start) {
        Matcher written = VERSION.matcher(folder.text(MARK));
        String version = written.find() ? written.group(1) : NEWEST;
        String target = main.isEmpty() ? "." : "./" + main;
        String modules = "--mount=type=cache,target=/go/pkg/mod ";
        String files = folder.has("go.sum") ? "go.mod go.sum" : "go.mod";
        boolean vendored = folder.has("vendor/modules.txt");
        return "FROM "
                + images.from("golang", version)
                + " AS build\nENV CGO_ENABLED=0\nWORKDIR /src\n"
                + (vendored ? "" : "COPY " + files + " ./\nRUN " + modules + "go mod download\n")
                + "COPY . .\nRUN "
                + (vendored ? "" : modules)
                + "--mount=type=cache,target=/root/.cache/go-build \\\n    go build -o /out/"
                + program(main)
                + " "
                + target
                + "\nRUN rm -rf vendor bin && find . -name '*.go' -delete\n"
                + "FROM "
                + images.from("busybox", "")
                + "\nENV PATH=/app/bin:$PATH\nWORKDIR /app\n"
                + "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n"
                + "COPY --from=build /src ./\nCOPY --from=build /out ./bin\n"
                + start.lines();
    }

    /// Named as Go names it, by the last part of its folder or of the module.
    private String program(String main) {
        Matcher module = MODULE.matcher(folder.text(MARK));
        String path = !main.isEmpty() ? main : module.find() ? module.group(1) : "";
        String unversioned = path.replaceAll("/v[0-9]+$", "");
        String name = unversioned.substring(unversioned.lastIndexOf('/') + 1);
        return name.matches("[A-Za-z0-9_-][A-Za-z0-9_.-]*") ? name : "app";
    }

    private static String shown(List<String> folders) {
        return String.join(
                ", ", folders.stream().map(name -> name.isEmpty() ? "the root" : name).toList());
    }

    /// Folders with a main package, of those in which it usually is.
    private List<String> mains() {
        List<String> found = new ArrayList<>();
        if (isMain("")) {
            return List.of("");
        }
        for (SourceTree.Entry entry : folder.list("cmd")) {
            String name = "cmd/" + entry.name();
            if (entry.kind() == SourceTree.Kind.FOLDER
                    && entry.name().matches("[A-Za-z0-9_.-]+")
                    && isMain(name)) {
                found.add(name);
            }
        }
        if (isMain("cmd")) {
            found.add("cmd");
        }
        return found;
    }

    private boolean isMain(String in) {
        return sources(in).stream()
                .map(folder::text)
                .anyMatch(text -> MAIN.matcher(text).find() && MAIN_FUNCTION.matcher(text).find());
    }

    private int port(String main) {
        String all = String.join("\n", sources(main).stream().map(folder::text).toList());
        int port = Start.portIn(all, ENVIRONMENT, LITERAL);
        if (port != 0) {
            return port;
        }
        return folder.files("", ".go").stream()
                        .map(folder::text)
                        .anyMatch(text -> ENVIRONMENT.matcher(text).find())
                ? Start.FROM_ENVIRONMENT
                : 0;
    }

    private List<String> sources(String in) {
        return folder.list(in).stream()
                .filter(entry -> entry.kind() == SourceTree.Kind.FILE)
                .map(SourceTree.Entry::name)
                .filter(name -> name.endsWith(".go") && !name.endsWith("_test.go"))
                .map(name -> in.isEmpty() ? name : in + "/" + name)
                .toList();
    }
}
