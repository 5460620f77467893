package io.slipway.engine.language;

import java.util.Set;

/// The keys of the language that the engine cannot do yet. They are refused, never silently
/// accepted. This list only shrinks; `*` stands for a name of the user's own or a list's entry.
public final class NotYet {
    public static final Set<String> KEYS =
            Set.of(
                    "checkout",
                    "jobs.*.cache",
                    "jobs.*.reports",
                    "jobs.*.artifacts",
                    "jobs.*.environment",
                    "apps.*.build.target",
                    "apps.*.build.args",
                    "apps.*.build.platforms",
                    "apps.*.build.needs",
                    "apps.*.build.push",
                    "apps.*.build.tags",
                    "apps.*.scale",
                    "apps.*.cron",
                    "environments.*.from.pull-request",
                    "environments.*.checks",
                    "environments.*.rollout",
                    "environments.*.expires",
                    "environments.*.apps.*.scale");

    private NotYet() {}
}
