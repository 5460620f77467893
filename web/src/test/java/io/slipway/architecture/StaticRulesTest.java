package io.slipway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Rules of security that the text of the sources shows.
///
/// Rows of docs/security.md: A-SQL-1.
@Tag("attack")
class StaticRulesTest {
    /// Who may start a program, and which.
    private static final Map<String, String> STARTERS =
            Map.of(
                    "PostgresPrograms.java", "the embedded PostgreSQL",
                    "Iptables.java", "iptables, fixed arguments and addresses that were parsed",
                    "SwitchProcess.java", "the switch: this program again",
                    "ClassArchive.java", "what makes a class archive from a process",
                    "PortOwner.java", "lsof, to name who has a taken port",
                    "DemoRepository.java", "the git client of the demo",
                    "GitProgram.java", "the git client of whoever links a folder",
                    "OpenCommand.java", "the browser of whoever types, with an http address",
                    "DemoServer.java", "the demo's own server: this program again");

    private static final Pattern START =
            Pattern.compile("new ProcessBuilder\\b|\\bgetRuntime\\(\\)\\s*\\.exec\\(");

    /// Equality of what proves who somebody is, other than in constant time.
    private static final Pattern LEAKY_COMPARISON =
            Pattern.compile(
                    "(?i)\\w*(token|secret|signature|hmac|password|credential)\\w*(\\(\\))?\\.(equals|contentEquals|compareTo)\\("
                        + "|\\.equals\\((\\w+\\.)*\\w*(token|secret|signature|hmac|password|credential)\\w*(\\(\\))?\\)");

    private static final String SQL =
            "\\s*(?i:select\\s|insert\\s+into\\s|update\\s+\\w+\\s+set\\s|delete\\s+from\\s|with\\s+\\w+\\s+as\\s)[^\"]*";

    /// A statement, and what stands behind it that is no constant.
    private static final Pattern GROWN_STATEMENT =
            Pattern.compile(
                    "\"\"\""
                            + SQL
                            + "\"\"\"\\s*(\\+\\s*+(?!\"|([A-Za-z]+\\.)*[A-Z][A-Z_0-9]*\\b)|\\.formatted\\(|\\.replace)"
                            + "|(?<!\")\""
                            + SQL
                            + "\"\\s*(\\+\\s*+(?!\"|([A-Za-z]+\\.)*[A-Z][A-Z_0-9]*\\b)|\\.formatted\\()");

    @Test
    void programsAreStartedInNamedPlacesOnly() {
        assertThat(matches(START).keySet()).isSubsetOf(STARTERS.keySet());
    }

    @Test
    void secretsAreComparedInConstantTime() {
        Map<String, List<String>> found = new TreeMap<>(matches(LEAKY_COMPARISON));
        // The switch compares its own file with what it wrote there itself.
        found.remove("SwitchFolder.java");
        assertThat(found).isEmpty();
    }

    @Test
    void statementsAreConstantText() {
        assertThat(matches(GROWN_STATEMENT)).isEmpty();
    }

    @Test
    void theRulesSeeWhatTheyForbid() {
        assertThat("tx.run(\"delete from runs where id = \" + id)")
                .containsPattern(GROWN_STATEMENT);
        assertThat("\"\"\"\n  select * from runs where name = '\n  \"\"\" + name")
                .containsPattern(GROWN_STATEMENT);
        assertThat("\"\"\"\n  select x from \"\"\".formatted(table)")
                .containsPattern(GROWN_STATEMENT);
        assertThat("\"select \" + COLUMNS + \"from runs\"").doesNotContainPattern(GROWN_STATEMENT);
        assertThat("token.equals(given)").containsPattern(LEAKY_COMPARISON);
        assertThat("given.equals(row.secret())").containsPattern(LEAKY_COMPARISON);
        assertThat("Runtime.getRuntime().exec(command)").containsPattern(START);
    }

    private static Map<String, List<String>> matches(Pattern pattern) {
        Map<String, List<String>> found = new TreeMap<>();
        for (Path file : Repository.product()) {
            List<String> texts =
                    pattern.matcher(Repository.text(file))
                            .results()
                            .map(match -> match.group().strip())
                            .toList();
            if (!texts.isEmpty()) {
                found.put(String.valueOf(file.getFileName()), List.copyOf(new TreeSet<>(texts)));
            }
        }
        return found;
    }
}
