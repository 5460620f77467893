package io.slipway.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IgnoreFileTest {
    @ParameterizedTest(name = "{0}: {1} is out: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // patterns; path; ignored
                "node_modules|node_modules/a/b.js|true",
                "node_modules|sub/node_modules/a.js|false",
                "**/node_modules|sub/node_modules/a.js|true",
                "**/node_modules|node_modules/a.js|true",
                "/target|target/x|true",
                "./target/|target/x|true",
                "a/../target|target/x|true",
                "../target|target/x|true",
                "*.md|README.md|true",
                "*.md|docs/README.md|false",
                "*/*.md|docs/README.md|true",
                "**/*.md|docs/a/b/README.md|true",
                "**/*.md|README.md|true",
                "*.md !README.md|README.md|false",
                "*.md !README.md|OTHER.md|true",
                "!README.md *.md|README.md|true",
                "docs !docs/keep|docs/keep/a|false",
                "docs !docs/keep|docs/other|true",
                "docs !docs/keep docs/keep/a|docs/keep/a|true",
                "file?|file1|true",
                "file?|file|false",
                "file?|file/|false",
                "a/**|a/b/c|true",
                "a/**|a|false",
                "a/**/z|a/z|true",
                "a/**/z|a/b/c/z|true",
                "a**|abc/d|true",
                "[a-c]x|bx|true",
                "[a-c]x|dx|false",
                "[^a-c]x|dx|true",
                "[^a-c]x|ax|false",
                "a.b|axb|false",
                "a\\*|a*|true",
                "a\\*|ab|false",
                "# a|a|false",
                "(a|(a|true",
                "[a|a|false",
                "**|anything/at/all|true",
                "** !keep|keep/this|false",
                "*|anything/at/all|true",
                "{a,b}|a|false",
                ".git|.gitignore|false",
            })
    void aPathIsOutOrIn(String patterns, String path, boolean ignored) {
        String text = patterns.startsWith("#") ? patterns : patterns.replace(' ', '\n');
        assertThat(IgnoreFile.parse(text).ignores(path)).isEqualTo(ignored);
    }

    @ParameterizedTest
    @CsvSource({"'',a", "'\n  \n',a", "'!',a", "'.',a", "'/',a"})
    void emptyPatternsMatchNothing(String text, String path) {
        assertThat(IgnoreFile.parse(text).ignores(path)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'a\r\nb\r\n',b", "'\uFEFFa\n',a", "' a ',a"})
    void lineEndsAndMarksAreNoPartOfAPattern(String text, String path) {
        assertThat(IgnoreFile.parse(text).ignores(path)).isTrue();
    }
}
