package io.slipway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// docs/cli.md says of each word what its help says, and speaks of no word that there is not.
class CommandLinePageTest {
    private static final String SECTION = "### ";

    @Test
    void everyWordHasItsSectionAndEverySectionAWord() throws IOException {
        List<String> sections =
                page().lines()
                        .filter(line -> line.startsWith(SECTION))
                        .map(line -> line.substring(SECTION.length()))
                        .toList();
        assertThat(sections)
                .containsExactlyInAnyOrderElementsOf(
                        words().map(CommandLinePageTest::title).toList());
    }

    @Test
    void flagsAndExitCodesAreThoseOfTheHelp() throws IOException {
        String page = page();
        assertThat(words())
                .isNotEmpty()
                .allSatisfy(word -> assertThat(page).contains(section(word)));
    }

    private static String page() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/cli.md"))) {
            folder = folder.getParent();
        }
        return Files.readString(folder.resolve("docs/cli.md"));
    }

    private static Stream<CommandSpec> words() {
        return below(Main.commandLine()).filter(word -> !word.usageMessage().hidden());
    }

    private static Stream<CommandSpec> below(CommandLine words) {
        return words.getSubcommands().values().stream()
                .flatMap(
                        word ->
                                word.getSubcommands().isEmpty()
                                        ? Stream.of(word.getCommandSpec())
                                        : below(word));
    }

    private static String title(CommandSpec word) {
        String parameters =
                word.positionalParameters().stream()
                        .map(CommandLinePageTest::parameter)
                        .collect(Collectors.joining());
        return word.qualifiedName() + parameters;
    }

    private static String parameter(PositionalParamSpec parameter) {
        String label = parameter.paramLabel();
        String more = parameter.arity().max() > 1 ? "..." : "";
        return parameter.arity().min() == 0 ? " [" + label + more + "]" : " " + label + more;
    }

    /// Heading, sentence, flags, exit codes, as they have to stand on the page.
    private static String section(CommandSpec word) {
        String flags =
                word.options().stream()
                        .filter(option -> !option.usageHelp() && !option.versionHelp())
                        .filter(option -> !option.hidden())
                        .map(CommandLinePageTest::row)
                        .collect(Collectors.joining());
        String codes =
                word.usageMessage().exitCodeList().entrySet().stream()
                        .map(code -> "`" + code.getKey() + "` " + code.getValue())
                        .collect(Collectors.joining("; "));
        return SECTION
                + title(word)
                + "\n\n"
                + String.join(" ", word.usageMessage().description())
                + "\n\n"
                + (flags.isEmpty() ? "" : "| flag | meaning |\n| --- | --- |\n" + flags + "\n")
                + "Exit codes: "
                + codes
                + ".\n";
    }

    private static String row(OptionSpec option) {
        String names =
                Arrays.stream(option.names())
                        .map(name -> "`" + name + "`")
                        .collect(Collectors.joining(", "));
        String value = option.arity().max() > 0 ? " `" + option.paramLabel() + "`" : "";
        return "| " + names + value + " | " + meaning(option) + " |\n";
    }

    private static String meaning(ArgSpec option) {
        return String.join(" ", option.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()))
                .replace("%%", "%")
                .replace("<", "\\<");
    }
}
