package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.grammar.Vocabulary;
import io.slipway.engine.language.Language;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Whatever the text: a pipeline or problems that can be shown, never anything else.
class NothingMakesItThrowTest {
    private static final List<String> PIECES =
            List.of(
                    "jobs",
                    "apps",
                    "test",
                    "cart",
                    "image",
                    "steps",
                    "needs",
                    "env",
                    "build",
                    "use",
                    "port",
                    "health",
                    "volumes",
                    "secrets",
                    "environments",
                    "on",
                    "x-a",
                    ": ",
                    ":",
                    "- ",
                    "-",
                    "\n",
                    "\n  ",
                    "\n    ",
                    "\n      ",
                    "{",
                    "}",
                    "[",
                    "]",
                    ", ",
                    "&a ",
                    "*a",
                    "&b ",
                    "*b",
                    "!!str ",
                    "!",
                    "|",
                    ">",
                    "\n---\n",
                    "...",
                    "'",
                    "\"",
                    "\\",
                    "\\0",
                    "#",
                    " #",
                    "%YAML 1.2\n",
                    "?",
                    "? ",
                    "<<: ",
                    "~",
                    "null",
                    "3.10",
                    "none",
                    "busybox",
                    "${branch}",
                    "$",
                    "../",
                    "\t",
                    "\u0000",
                    "\uFEFF",
                    "\u2028",
                    "\uD83D\uDE80",
                    "\uD83D",
                    "99999999999999999999");

    @Property
    void anyTextIsAnsweredWithAPipelineOrProblems(@ForAll String text) {
        isAnswered(text);
    }

    @Property(tries = 3000)
    void anyPiecesOfTheLanguageAreAnsweredToo(@ForAll("pieces") String text) {
        isAnswered(text);
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(PIECES)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40)
                .map(list -> String.join("", list));
    }

    /// The reference with a few places changed: most of it stays right, so every part is reached.
    @Property(tries = 1500)
    void changedReferencesAreAnsweredToo(
            @ForAll("changes") List<Tuple3<Integer, Integer, String>> changes) throws IOException {
        StringBuilder text =
                new StringBuilder(Files.readString(Path.of("../docs/pipeline-reference.yml")));
        for (Tuple3<Integer, Integer, String> change : changes) {
            int from = change.get1() % text.length();
            text.replace(from, Math.min(text.length(), from + change.get2()), change.get3());
        }
        isAnswered(text.toString());
    }

    @Provide
    Arbitrary<List<Tuple3<Integer, Integer, String>>> changes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 100_000),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.oneOf(
                                Arbitraries.of(PIECES),
                                Arbitraries.of("", " "),
                                Arbitraries.of(new ArrayList<>(words()))))
                .as(Tuple::of)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    /// Trees of known keys in any order and depth: right types at wrong places, and wrong ones at
    /// right places.
    @Property(tries = 3000)
    void anyTreeIsAnsweredToo(@ForAll("trees") String text) {
        isAnswered(text);
    }

    @Provide
    Arbitrary<String> trees() {
        return trees(6);
    }

    private Arbitrary<String> trees(int depth) {
        Arbitrary<String> keys = Arbitraries.of(new ArrayList<>(words()));
        Arbitrary<String> values =
                Arbitraries.oneOf(
                        keys,
                        Arbitraries.of(
                                "main",
                                "1",
                                "20m",
                                "0 3 * * *",
                                "[]",
                                "{}",
                                "",
                                "true",
                                "v*",
                                "!x",
                                "none",
                                "busybox",
                                "${branch}",
                                "UTC",
                                "2Gi",
                                "a/b",
                                "/",
                                "\"\""));
        if (depth == 0) {
            return values;
        }
        return Arbitraries.oneOf(
                values,
                trees(depth - 1)
                        .list()
                        .ofMaxSize(2)
                        .map(list -> "[" + String.join(", ", list) + "]"),
                pairs(keys, depth),
                pairs(keys, depth));
    }

    private Arbitrary<String> pairs(Arbitrary<String> keys, int depth) {
        return Combinators.combine(keys, trees(depth - 1))
                .as((key, value) -> key + ": " + value)
                .list()
                .ofMaxSize(3)
                .map(list -> "{ " + String.join(", ", list) + " }");
    }

    /// Every word that is a key of the language, and some names.
    private static Set<String> words() {
        Set<String> words = new TreeSet<>(List.of("test", "cart", "production", "staging"));
        Vocabulary.paths(Language.ROOT, Set.of())
                .forEach(path -> words.addAll(List.of(path.replace("*", "cart").split("\\."))));
        return words;
    }

    private static void isAnswered(String text) {
        isAnswered(Definition.parse(".slipway.yml", text));
        isAnswered(WholeLanguage.parse(".slipway.yml", text));
    }

    private static void isAnswered(Definition definition) {
        assertThat(definition.pipeline() == null).isEqualTo(!definition.problems().isEmpty());
        for (Problem problem : definition.problems()) {
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.line()).isPositive();
            assertThat(problem.column()).isPositive();
            assertThat(problem.text().codePoints().noneMatch(Character::isISOControl)).isTrue();
        }
    }
}
