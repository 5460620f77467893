package io.slipway.web.cli;

import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// The settings as flags of a command, in the words of `docs/settings.md`.
final class SettingFlags {
    private SettingFlags() {}

    /// Gives the command a flag for each setting that has one and that it uses.
    static void add(CommandSpec spec, Set<Setting> settings) {
        for (Setting setting : settings) {
            setting.flag()
                    .ifPresent(
                            flag ->
                                    spec.addOption(
                                            OptionSpec.builder(flag)
                                                    .type(String.class)
                                                    .paramLabel("VALUE")
                                                    .description(
                                                            setting.meaning()
                                                                            .replace("`", "")
                                                                            .replace("%", "%%")
                                                                    + " Default: "
                                                                    + setting.standard())
                                                    .build()));
        }
    }

    /// The settings: flags, then the environment, then the file.
    static Settings read(CommandSpec spec) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        ParseResult parsed = spec.commandLine().getParseResult();
        for (Setting setting : Setting.values()) {
            setting.flag()
                    .filter(flag -> spec.findOption(flag) != null && parsed.hasMatchedOption(flag))
                    .ifPresent(flag -> flags.put(setting, parsed.matchedOptionValue(flag, "")));
        }
        return Settings.read(flags, System.getenv());
    }
}
