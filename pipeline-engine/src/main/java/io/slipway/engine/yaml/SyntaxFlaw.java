package io.slipway.engine.yaml;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;

import java.util.List;

/// What the library says about text that is no YAML, in words that say what to write. The library's
/// own words are quoted in [#KNOWN], as of snakeyaml-engine 3.2.
final class SyntaxFlaw {
    private record Known(String context, String problem, String message, String remedy) {}

    private static final List<Known> KNOWN =
            List.of(
                    new Known(
                            "",
                            "mapping values are not allowed here",
                            "a ': ' is not allowed here",
                            "put a text that holds ': ' in quotes, and check the indentation"),
                    new Known(
                            "",
                            "found character '\\t(TAB)'",
                            "a tab is used for indentation",
                            "indent with spaces"),
                    new Known(
                            "",
                            "found character '@'",
                            "a text cannot begin with '@'",
                            "put it in quotes"),
                    new Known(
                            "",
                            "found character '`'",
                            "a text cannot begin with '`'",
                            "put it in quotes"),
                    new Known(
                            "",
                            "found character '%'",
                            "a text cannot begin with '%'",
                            "put it in quotes"),
                    new Known(
                            "flow sequence",
                            "expected ',' or ']'",
                            "this list has no end",
                            "close it with ']'"),
                    new Known(
                            "flow mapping",
                            "expected ',' or '}'",
                            "these keys have no end",
                            "close them with '}'"),
                    new Known(
                            "quoted scalar",
                            "found unexpected",
                            "this text has no closing quote",
                            "close the quote"),
                    new Known(
                            "double-quoted scalar",
                            "found unknown escape character",
                            "a backslash is followed by a character that has no meaning",
                            "write \\\\ for a backslash, or use single quotes"),
                    new Known(
                            "alias",
                            "unexpected character found",
                            "a '*' that names no anchor",
                            "put a text that begins with '*' in quotes"),
                    new Known(
                            "anchor",
                            "unexpected character found",
                            "a '&' that gives no name",
                            "put a text that begins with '&' in quotes"),
                    new Known(
                            "block mapping",
                            "expected <block end>",
                            "the indentation fits nothing above it",
                            "indent keys of one level alike"),
                    new Known(
                            "block collection",
                            "expected <block end>",
                            "the indentation fits nothing above it",
                            "indent entries of one level alike"),
                    new Known(
                            "simple key",
                            "could not find expected ':'",
                            "this line is neither a key nor a list's entry",
                            "write key: value, or indent it below its key"),
                    new Known(
                            "",
                            "sequence entries are not allowed here",
                            "a list's entry cannot begin here",
                            "put '- ' on a line of its own, or write [a, b]"),
                    new Known(
                            "",
                            "expected the node content",
                            "a value is missing, or a bracket is too many",
                            "put text that begins with a bracket in quotes"),
                    new Known(
                            "block scalar",
                            "expected chomping or indentation indicators",
                            "text follows the '|' or '>' on its own line",
                            "begin the text on the next line"),
                    new Known(
                            "block scalar",
                            "expected a comment or a line break",
                            "text follows the '|' or '>' on its own line",
                            "begin the text on the next line"),
                    new Known(
                            "",
                            "expected '<document start>'",
                            "nothing can follow here",
                            "remove what follows, or check the indentation"));

    private SyntaxFlaw() {}

    static YamlFlaw of(YamlEngineException e, String text) {
        if (e instanceof MarkedYamlEngineException marked) {
            return marked(marked);
        }
        if (e instanceof ReaderException unreadable) {
            return unreadable(unreadable, text);
        }
        if (e instanceof YamlVersionException) {
            return new YamlFlaw(
                    Place.START, "the file says it is not YAML 1", "remove the line '%YAML'");
        }
        return new YamlFlaw(Place.START, "the file is not YAML", "");
    }

    private static YamlFlaw marked(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext();
        String problem = e.getProblem() == null ? "" : e.getProblem();
        boolean open = context.contains("flow ") || context.contains("quoted scalar");
        Mark mark =
                open && problem.contains("end") || open && problem.startsWith("expected")
                        ? e.getContextMark().or(e::getProblemMark).orElse(null)
                        : e.getProblemMark().or(e::getContextMark).orElse(null);
        Place at = mark == null ? Place.START : new Place(mark.getLine() + 1, mark.getColumn() + 1);
        for (Known known : KNOWN) {
            if (context.contains(known.context) && problem.startsWith(known.problem)) {
                return new YamlFlaw(at, known.message, known.remedy);
            }
        }
        return new YamlFlaw(at, "the file is not YAML here", "put text in quotes");
    }

    private static YamlFlaw unreadable(ReaderException e, String text) {
        int line = 1;
        int column = 1;
        int index = 0;
        for (int seen = 0; seen < e.getPosition() && index < text.length(); seen++) {
            int c = text.codePointAt(index);
            index += Character.charCount(c);
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
        String code = String.format("U+%04X", e.getCodePoint());
        return new YamlFlaw(
                new Place(line, column),
                "the character " + code + " is not allowed",
                "remove it, or write it as an escape in double quotes");
    }
}
