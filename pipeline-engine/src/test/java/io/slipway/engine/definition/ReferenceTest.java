package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.grammar.Vocabulary;
import io.slipway.engine.language.Language;
import io.slipway.engine.language.NotYet;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Holds `docs/pipeline-reference.yml`, the parser and the schema together.
class ReferenceTest {
    private static final Path REFERENCE = Path.of("../docs/pipeline-reference.yml");

    @Test
    void referenceIsAValidFile() throws IOException {
        assertThat(reference().problems()).isEmpty();
    }

    @Test
    void referenceShowsEveryKeyThatIsAvailable() throws IOException {
        Set<String> missing = new TreeSet<>(Vocabulary.paths(Language.ROOT, NotYet.KEYS));
        Set<String> written = reference().pipeline().places().byPath().keySet();
        missing.removeIf(
                key -> {
                    Pattern path = pattern(key);
                    return written.stream().anyMatch(w -> path.matcher(w).matches());
                });

        // It excludes the group that is shown.
        assertThat(Files.readString(REFERENCE)).contains("or per: branch, per: project");
        missing.remove("concurrency.per");
        assertThat(missing).isEmpty();
    }

    @Test
    void referenceListsEveryKeyThatIsNot() throws IOException {
        Set<String> listed =
                Files.readString(REFERENCE)
                        .lines()
                        .dropWhile(line -> !line.startsWith("# Not available"))
                        .skip(1)
                        .map(line -> line.substring(2))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(listed).containsExactlyElementsOf(new TreeSet<>(NotYet.KEYS));
    }

    @Test
    void referenceShowsEveryKeyThatIsNotToo() throws IOException {
        String later = later();
        Definition definition = WholeLanguage.parse("reference", later);
        assertThat(definition.problems()).isEmpty();
        Set<String> missing = new TreeSet<>(Vocabulary.paths(Language.ROOT, Set.of()));
        missing.removeAll(Vocabulary.paths(Language.ROOT, NotYet.KEYS));
        Set<String> written = definition.pipeline().places().byPath().keySet();
        missing.removeIf(key -> written.stream().anyMatch(w -> pattern(key).matcher(w).matches()));

        assertThat(missing).isEmpty();
    }

    /// The lines that begin with `#~`: a file in which what is refused is shown.
    static String later() throws IOException {
        return Files.readString(REFERENCE)
                .lines()
                .filter(line -> line.startsWith("#~"))
                .map(line -> line.substring(Math.min(3, line.length())))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyKeyOfTheSchemaIsDescribed() {
        assertThat(Definition.schema()).doesNotContain("\"description\" : \"\"");
    }

    @Test
    void whatIsNotAvailableIsPartOfTheLanguage() {
        Set<String> all = Vocabulary.paths(Language.ROOT, Set.of());

        assertThat(NotYet.KEYS)
                .allSatisfy(
                        key -> {
                            String known = key.endsWith(".*") ? key.replace(".*", "") : key;
                            assertThat(all).contains(known);
                        });
    }

    @Test
    void schemaOffersWhatIsAvailableAndNothingElse() {
        String schema = Definition.schema();

        assertThat(schema)
                .startsWith("{\n  \"$schema\" : \"https://json-schema.org/draft/2020-12/schema\"")
                .contains("\"timeout\"")
                .contains("\"matrix\"")
                .contains("\"approval\"")
                .doesNotContain("\"reports\"");
    }

    private static Definition reference() throws IOException {
        return Definition.parse("reference", Files.readString(REFERENCE));
    }

    /// `jobs.*.steps.*.run` as `jobs.test.steps[0].run`.
    private static Pattern pattern(String key) {
        return Pattern.compile(
                key.replace(".*", "(\\[[0-9]+\\]|\\.[^.\\[]+)")
                        .replaceAll("\\.(?=[a-z])", "\\\\."));
    }
}
