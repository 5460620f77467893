package io.slipway.engine.detection;

import io.slipway.engine.detection.pom.MavenPom;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder with a `pom.xml`.
final class MavenProject {
    private static final String MARK = "pom.xml";
    private static final String SPRING_BOOT = "spring-boot-maven-plugin";

    private static final List<String> RELEASE =
            List.of(
                    "maven.compiler.release",
                    "java.version",
                    "maven.compiler.target",
                    "maven.compiler.source");
    private static final Pattern MAIN =
            Pattern.compile("static\\s+void\\s+main\\s*\\(\\s*(?:final\\s+)?String");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package\\s+([\\w.]+)\\s*;");
    static final Pattern ENVIRONMENT = Pattern.compile("getenv\\(\"PORT\"\\)");
    static final Pattern LITERAL =
            Pattern.compile("InetSocketAddress\\(\\s*(?:\"[0-9.]+\"\\s*,\\s*)?([0-9]{2,5})\\s*\\)");
    private static final Pattern CLASS =
            Pattern.compile("[A-Za-z_$][\\w$]*+(?:\\.[A-Za-z_$][\\w$]*+)*+");

    /// The one jar that Maven made, whatever its name: the shaded or assembled one where there are
    /// two.
    private static final String THE_JAR =
            """
            RUN mkdir -p /app && cd target && set -- $(ls | grep '\\.jar$' | \\
                grep -v -e '^original-' -e '-sources\\.jar$' -e '-javadoc\\.jar$' -e '-tests\\.jar$') && \\
                [ $# = 1 ] || set -- $(ls | grep -e '-jar-with-dependencies\\.jar$' -e '-shaded\\.jar$') && \\
                { [ $# = 1 ] || { echo "one jar is expected in target, found: $(ls *.jar)"; exit 1; }; } && \\
                cp "$1" /app/app.jar
            """;

    private final ProjectFolder folder;
    private final MavenPom pom;
    private final FromImages images;

    private MavenProject(ProjectFolder folder, MavenPom pom, FromImages images) {
        this.folder = folder;
        this.pom = pom;
        this.images = images;
    }

    static Optional<Answer> in(ProjectFolder folder, Optional<String> web, FromImages images) {
        if (!folder.has(MARK)) {
            return Optional.empty();
        }
        Optional<MavenPom> pom = MavenPom.parse(folder.text(MARK));
        return Optional.of(
                pom.<Answer>map(read -> new MavenProject(folder, read, images).answer(web))
                        .orElseGet(
                                () ->
                                        Answer.Unknown.incomplete(
                                                "a pom.xml that is no pom", "correct it")));
    }

    private Answer answer(Optional<String> web) {
        if (pom.has("modules")) {
            return Answer.Unknown.notOffered("a Maven project of several modules");
        }
        if (!List.of("", "jar").contains(pom.text("packaging"))) {
            return Answer.Unknown.notOffered("a Maven project that makes no jar");
        }
        if (pom.plugin("quarkus-maven-plugin").isPresent()) {
            return Answer.Unknown.notOffered("a Quarkus project");
        }
        boolean spring = pom.plugin(SPRING_BOOT).isPresent();
        Optional<Start> start = web.map(this::line).or(() -> spring ? spring() : plain());
        if (start.isEmpty()) {
            return Answer.Unknown.incomplete(
                    "a Maven project without one main class",
                    "name it as mainClass in the pom, or add a Dockerfile");
        }
        return new Recipe(
                folder.path(),
                null,
                dockerfile(spring, web.isPresent(), start.get()),
                "a Maven project: starts by " + start.get().why());
    }

    private Start line(String web) {
        return new Start(Start.shell(web), Start.portOf(web), "Procfile");
    }

    private Optional<Start> spring() {
        List<String> command = List.of("java", "-jar", "app.jar");
        return Optional.of(new Start(command, springPort(folder), "the jar of Spring Boot"));
    }

    static int springPort(ProjectFolder folder) {
        String properties = folder.text("src/main/resources/application.properties");
        String yaml =
                folder.text("src/main/resources/application.yml")
                        + folder.text("src/main/resources/application.yaml");
        Matcher line = Pattern.compile("(?m)^server\\.port\\s*[=:]\\s*(\\S+)").matcher(properties);
        Matcher block =
                Pattern.compile(
                                "(?m)^server:[ \\t\\r"
                                        + "]*+\\n"
                                        + "(?:[ \\t]++(?!port:)[^\\n"
                                        + "]*+\\n"
                                        + ")*+[ \\t]++port:[ \\t]*+(\\S+)")
                        .matcher(yaml);
        String written = line.find() ? line.group(1) : block.find() ? block.group(1) : "8080";
        return written.matches("[0-9]{2,5}")
                ? Integer.parseInt(written)
                : written.contains("PORT") ? Start.FROM_ENVIRONMENT : 0;
    }

    private Optional<Start> plain() {
        Optional<String> named =
                named("maven-jar-plugin", "maven-shade-plugin", "maven-assembly-plugin")
                        .or(() -> named("exec-maven-plugin"))
                        .or(() -> pom.firstProperty(List.of("exec.mainClass", "mainClass")));
        return named.or(this::onlyMain)
                .filter(name -> CLASS.matcher(name).matches())
                .map(
                        name ->
                                new Start(
                                        List.of("java", "-cp", "app.jar:lib/*", name),
                                        port(name),
                                        (named.isPresent() ? "mainClass " : "the only main class ")
                                                + name));
    }

    private Optional<String> named(String... plugins) {
        for (String plugin : plugins) {
            Optional<String> name =
                    pom.plugin(plugin).flatMap(one -> one.anywhere("mainClass", "Main-Class"));
            if (name.isPresent()) {
                return name;
            }
        }
        return Optional.empty();
    }

    /// The class with a main method, where there is exactly one.
    private Optional<String> onlyMain() {
        List<String> found =
                folder.files("src/main/java", ".java").stream()
                        .filter(file -> MAIN.matcher(folder.text(file)).find())
                        .toList();
        if (found.size() != 1) {
            return Optional.empty();
        }
        String file = found.getFirst();
        Matcher in = PACKAGE.matcher(folder.text(file));
        String simple = file.substring(file.lastIndexOf('/') + 1).replaceAll("\\.java$", "");
        return Optional.of(in.find() ? in.group(1) + "." + simple : simple);
    }

    private int port(String mainClass) {
        String own = "src/main/java/" + mainClass.replace('.', '/') + ".java";
        int port = Start.portIn(folder.text(own), ENVIRONMENT, LITERAL);
        return port != 0
                ? port
                : folder.files("src/main/java", ".java").stream()
                        .mapToInt(file -> Start.portIn(folder.text(file), ENVIRONMENT, LITERAL))
                        .filter(found -> found != 0)
                        .findFirst()
                        .orElse(0);
    }

    /// A Procfile names jars as Maven named them.
    private String dockerfile(boolean spring, boolean procfile, Start start) {
        int java = java();
        String mvn = "RUN --mount=type=cache,target=/root/.m2,sharing=locked mvn -B -ntp ";
        String copied = folder.hasFolder(".mvn") ? "COPY .mvn ./.mvn\n" : "";
        return "FROM "
                + images.from("maven", "3-eclipse-temurin-" + java)
                + " AS build\nWORKDIR /src\n"
                + copied
                + "COPY pom.xml ./\n"
                + mvn
                + "dependency:resolve\nCOPY . .\n"
                + mvn
                + "-DskipTests package\n"
                + (spring ? "" : libraries(mvn))
                + THE_JAR
                + "FROM "
                + images.from("eclipse-temurin", java + "-jre")
                + "\nWORKDIR /app\n"
                + (spring ? "" : "COPY --from=build /app/lib ./lib\n")
                + "COPY --from=build /app/app.jar ./\n"
                + (procfile ? "COPY --from=build /src/target ./target\n" : "")
                + start.lines();
    }

    private static String libraries(String mvn) {
        return mvn
                + "dependency:copy-dependencies \\\n"
                + "    -DincludeScope=runtime -DoutputDirectory=/app/lib && mkdir -p /app/lib\n";
    }

    private int java() {
        Optional<String> written =
                pom.firstProperty(RELEASE)
                        .or(
                                () ->
                                        pom.plugin("maven-compiler-plugin")
                                                .flatMap(
                                                        plugin ->
                                                                plugin.anywhere(
                                                                        "release", "target",
                                                                        "source")));
        int wanted = written.map(MavenProject::release).orElseGet(this::byDefault);
        return FromImages.java(wanted);
    }

    private static int release(String text) {
        String number = text.startsWith("1.") ? text.substring(2) : text;
        return number.matches("[0-9]{1,2}") ? Integer.parseInt(number) : FromImages.NEWEST_JAVA;
    }

    /// Spring Boot compiles for 17 from its version 3 on, for 8 before.
    private int byDefault() {
        boolean spring = "spring-boot-starter-parent".equals(pom.text("parent", "artifactId"));
        if (!spring) {
            return FromImages.NEWEST_JAVA;
        }
        return pom.text("parent", "version").matches("[12]\\..*") ? 8 : 17;
    }
}
