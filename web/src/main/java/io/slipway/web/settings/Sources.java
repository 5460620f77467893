package io.slipway.web.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// Where settings come from: flags before the environment before the file.
final class Sources {
    /// What a step of a pipeline sees of Slipway; a Slipway that is started by a step ignores it.
    private static final Set<String> FOR_STEPS =
            Set.of(
                    "SLIPWAY_ENV",
                    "SLIPWAY_OUTPUT",
                    "SLIPWAY_PROJECT",
                    "SLIPWAY_RUN",
                    "SLIPWAY_JOB",
                    "SLIPWAY_BRANCH",
                    "SLIPWAY_TAG",
                    "SLIPWAY_COMMIT",
                    "SLIPWAY_REF",
                    "SLIPWAY_EVENT",
                    "SLIPWAY_APP_URL");

    /// Begins what `./slipway test` reads.
    private static final String FOR_TESTS = "SLIPWAY_TEST_";

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);
    private final Mistakes mistakes = new Mistakes();

    /// @param source for people, such as `in the environment`
    private record Given(String value, String source) {}

    private Sources() {}

    static Sources of(Map<Setting, String> flags, Map<String, String> environment) {
        Sources sources = new Sources();
        new TreeMap<>(environment).forEach((name, value) -> sources.fromEnvironment(name, value));
        flags.forEach(
                (setting, value) ->
                        sources.given.put(
                                setting, new Given(value, "as " + setting.flag().orElse("flag"))));
        sources.file(environment);
        return sources;
    }

    private void fromEnvironment(String name, String value) {
        boolean other = FOR_STEPS.contains(name) || name.startsWith(FOR_TESTS);
        if (!name.startsWith("SLIPWAY_") || other) {
            return;
        }
        put(name, value, "in the environment");
    }

    private void put(String name, String value, String source) {
        Optional<Setting> setting = Setting.of(name);
        if (setting.isEmpty()) {
            mistakes.add(name + " (" + source + ") is no setting" + Nearest.to(name));
        } else if (!value.isBlank()) {
            given.putIfAbsent(setting.get(), new Given(value.strip(), source));
        }
    }

    private void file(Map<String, String> environment) {
        Given named = given.get(Setting.CONFIG);
        Path file = named == null ? StandardFolders.settings(environment) : Path.of(named.value());
        if (!Files.exists(file)) {
            if (named != null) {
                mistakes.add(mistake(Setting.CONFIG, "there is no such file"));
            }
            return;
        }
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            for (int i = 0; i < lines.size(); i++) {
                line(lines.get(i).strip(), "line " + (i + 1) + " of " + file);
            }
            refuseOpenSecrets(file);
        } catch (IOException e) {
            mistakes.add(file + " cannot be read: " + e.getMessage());
        }
    }

    private void line(String line, String source) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        int equals = line.indexOf('=');
        if (equals < 1) {
            mistakes.add(source + " has no name and '='");
            return;
        }
        String name = line.substring(0, equals).strip();
        if (name.equals(Setting.CONFIG.variable())) {
            mistakes.add(name + " (" + source + ") can't be set in the settings file itself");
            return;
        }
        put(name, line.substring(equals + 1), source);
    }

    private void refuseOpenSecrets(Path file) throws IOException {
        boolean secrets =
                given.entrySet().stream()
                        .anyMatch(
                                one ->
                                        one.getKey().secret()
                                                && one.getValue().source().startsWith("line "));
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (secrets
                && (permissions.contains(PosixFilePermission.OTHERS_READ)
                        || permissions.contains(PosixFilePermission.GROUP_READ))) {
            mistakes.add(file + " holds a secret and others can read it: chmod 600 " + file);
        }
    }

    Mistakes mistakes() {
        return mistakes;
    }

    Optional<String> text(Setting setting) {
        return Optional.ofNullable(given.get(setting)).map(Given::value);
    }

    /// The setting as something else; a mistake is noted and stands for nothing set.
    <T> Optional<T> value(Setting setting, Function<String, T> parse) {
        try {
            return text(setting).map(parse);
        } catch (Wrong e) {
            mistakes.add(mistake(setting, e.why()));
            return Optional.empty();
        }
    }

    /// `SLIPWAY_PORT (in the environment) is 'abc': it is no port`; a secret is not repeated.
    private String mistake(Setting setting, String why) {
        Given at = given.getOrDefault(setting, new Given("", ""));
        String value = setting.secret() ? "" : " is '" + at.value() + "'";
        return setting.variable() + " (" + at.source() + ")" + value + ": " + why;
    }

    /// Why a value can't be taken.
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String why;

        Wrong(String why) {
            super(why, null, false, false);
            this.why = why;
        }

        String why() {
            return why;
        }
    }
}
