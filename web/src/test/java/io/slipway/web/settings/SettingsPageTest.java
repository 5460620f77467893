package io.slipway.web.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

final class SettingsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "settings.md");

    @Test
    void theReferencePageListsEverySettingAsTheCodeHasIt() throws IOException {
        List<String> rows =
                Files.readAllLines(PAGE).stream()
                        .filter(line -> line.startsWith("| `SLIPWAY_"))
                        .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(SettingsPageTest::row).toList());
    }

    private static String row(Setting setting) {
        String flag = setting.flag().map(text -> "`" + text + "`").orElse("");
        return "| `%s` | %s | %s | %s |"
                .formatted(setting.variable(), flag, setting.standard(), setting.meaning())
                .replace("|  |", "| |");
    }
}
