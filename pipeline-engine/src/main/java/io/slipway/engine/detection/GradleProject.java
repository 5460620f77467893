package io.slipway.engine.detection;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder with a `build.gradle`. The scripts are programs, so only what stands there literally is
/// known of them; Gradle itself says the rest when it builds.
final class GradleProject {
    private static final String MARK = "build.gradle";
    private static final String NEWEST = "9";
    private static final Pattern MODULES = Pattern.compile("(?m)^[ \\t]*+include\\b");
    private static final Pattern APPLICATION = plugin("application");
    private static final Pattern SPRING_BOOT = plugin("org.springframework.boot");
    private static final Pattern WRAPPER =
            Pattern.compile(
                    "distributionUrl=\\S{0,300}/gradle-([0-9]{1,2}(?:\\.[0-9]{1,3}){0,3})-");
    private static final Pattern JAVA =
            Pattern.compile(
                    "(?:JavaLanguageVersion\\.of\\(|JavaVersion\\.VERSION_"
                            + "|options\\.release(?:\\.set\\(|[ \\t]*+=[ \\t]*+)"
                            + "|(?:source|target)Compatibility[ \\t]*+=?[ \\t]*+['\"]?)"
                            + "(?:1[._])?([0-9]{1,2})\\b");

    private static final String BOOT_JAR =
            "cp $(ls build/libs/*.jar | grep -v -e '-plain\\.jar$') /app/app.jar\n";

    /// The script's name is the project's, which only Gradle knows.
    private static final String INSTALLED =
            "cp -R build/install/*/. /app/ && rm -f /app/bin/*.bat && mv /app/bin/*"
                    + " /app/bin/start\n";

    private final ProjectFolder folder;
    private final FromImages images;
    private final String script;

    private GradleProject(ProjectFolder folder, FromImages images) {
        this.folder = folder;
        this.images = images;
        this.script = folder.text(MARK);
    }

    private static Pattern plugin(String id) {
        return Pattern.compile(
                "(?m)^[ \\t]*+(?:apply[ \\t]++plugin:|id)[ \\t]*+\\(?[ \\t]*+['\"]"
                        + Pattern.quote(id)
                        + "['\"]");
    }

    static Optional<Answer> in(ProjectFolder folder, Optional<String> web, FromImages images) {
        return folder.has(MARK)
                ? Optional.of(new GradleProject(folder, images).answer(web))
                : Optional.empty();
    }

    private Answer answer(Optional<String> web) {
        if (MODULES.matcher(folder.text("settings.gradle")).find()) {
            return Answer.Unknown.notOffered("a Gradle project of several modules");
        }
        boolean spring = SPRING_BOOT.matcher(script).find();
        if (!spring && !APPLICATION.matcher(script).find()) {
            return Answer.Unknown.incomplete(
                    "a Gradle project that starts nothing",
                    "apply the plugin 'application', or add a Dockerfile");
        }
        Start start =
                web.map(line -> new Start(Start.shell(line), Start.portOf(line), "Procfile"))
                        .orElseGet(() -> spring ? spring() : application());
        return new Recipe(
                folder.path(),
                null,
                dockerfile(spring, web.isPresent(), start),
                "a Gradle project: starts by " + start.why());
    }

    private Start spring() {
        List<String> command = List.of("java", "-jar", "app.jar");
        return new Start(command, MavenProject.springPort(folder), "the jar of Spring Boot");
    }

    private Start application() {
        int port =
                List.of(".java", ".kt", ".groovy").stream()
                        .flatMap(ending -> folder.files("src/main", ending).stream())
                        .mapToInt(
                                file ->
                                        Start.portIn(
                                                folder.text(file),
                                                MavenProject.ENVIRONMENT,
                                                MavenProject.LITERAL))
                        .filter(found -> found != 0)
                        .findFirst()
                        .orElse(0);
        return new Start(List.of("bin/start"), port, "the plugin 'application'");
    }

    /// Gradle comes with the image, in the version that the wrapper names: nothing is fetched from
    /// where the wrapper would look. A Procfile names files as Gradle named them.
    private String dockerfile(boolean spring, boolean procfile, Start start) {
        int java = java();
        String gradle =
                "RUN --mount=type=cache,target=/root/.gradle,sharing=locked gradle --no-daemon ";
        StringBuilder scripts = new StringBuilder(MARK);
        for (String name : List.of("settings.gradle", "gradle.properties")) {
            scripts.append(folder.has(name) ? " " + name : "");
        }
        String catalog = "gradle/libs.versions.toml";
        return "FROM "
                + images.from("gradle", version() + "-jdk" + java)
                + " AS build\nUSER root\nENV GRADLE_USER_HOME=/root/.gradle\nWORKDIR /src\n"
                + (folder.has(catalog) ? "COPY " + catalog + " ./gradle/\n" : "")
                + (folder.hasFolder("buildSrc") ? "COPY buildSrc ./buildSrc\n" : "")
                + "COPY "
                + scripts
                + " ./\n"
                + gradle
                + "dependencies\nCOPY . .\n"
                + gradle
                + (spring ? "bootJar" : "installDist")
                + "\nRUN mkdir -p /app && "
                + (spring ? BOOT_JAR : INSTALLED)
                + "FROM "
                + images.from("eclipse-temurin", java + "-jre")
                + "\nWORKDIR /app\nCOPY --from=build /app ./\n"
                + (procfile ? "COPY --from=build /src/build ./build\n" : "")
                + start.lines();
    }

    private String version() {
        Matcher wrapper = WRAPPER.matcher(folder.text("gradle/wrapper/gradle-wrapper.properties"));
        return wrapper.find() ? wrapper.group(1) : NEWEST;
    }

    /// What the script asks for, else the newest that this Gradle runs on.
    private int java() {
        Matcher written = JAVA.matcher(script);
        if (written.find()) {
            return FromImages.java(Integer.parseInt(written.group(1)));
        }
        String[] parts = (version() + ".0").split("\\.");
        int version = Integer.parseInt(parts[0]) * 100 + Integer.parseInt(parts[1]);
        if (version < 703) {
            return 11;
        }
        return version < 805 ? 17 : version < 901 ? 21 : FromImages.NEWEST_JAVA;
    }
}
