package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.List;

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

    private static void isAnswered(String text) {
        Definition definition = Definition.parse(".slipway.yml", text);

        assertThat(definition.pipeline() == null).isEqualTo(!definition.problems().isEmpty());
        for (Problem problem : definition.problems()) {
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.line()).isPositive();
            assertThat(problem.column()).isPositive();
            assertThat(problem.text().codePoints().noneMatch(Character::isISOControl)).isTrue();
        }
    }
}
