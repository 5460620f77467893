package io.slipway.engine.detection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What installs the packages of a Node project: its lock file says which.
enum NodeTool {
    /// npm, which the image has.
    NPM("package-lock.json", "npm ci", "npm ci --omit=dev", "/root/.npm"),
    /// npm without a lock file: the newest versions that package.json allows.
    NPM_UNLOCKED("", "npm install", "npm install --omit=dev", "/root/.npm"),
    /// pnpm.
    PNPM(
            "pnpm-lock.yaml",
            "pnpm install --frozen-lockfile",
            "pnpm install --frozen-lockfile --prod",
            "/root/.local/share/pnpm/store"),
    /// Yarn 1.
    YARN(
            "yarn.lock",
            "yarn install --frozen-lockfile",
            "yarn install --frozen-lockfile --production",
            "/usr/local/share/.cache/yarn");

    private static final Pattern PACKAGE_MANAGER =
            Pattern.compile("(pnpm|yarn)@([0-9]+(?:\\.[0-9]+){0,2})(?:\\+.*)?");

    private final String lock;
    private final String all;
    private final String production;
    private final String cache;

    NodeTool(String lock, String all, String production, String cache) {
        this.lock = lock;
        this.all = all;
        this.production = production;
        this.cache = cache;
    }

    static NodeTool of(ProjectFolder folder) {
        for (NodeTool tool : new NodeTool[] {PNPM, YARN, NPM}) {
            if (folder.has(tool.lock)) {
                return tool;
            }
        }
        return NPM_UNLOCKED;
    }

    /// Files that the dependencies are made of.
    String files() {
        return lock.isEmpty() ? "package.json" : "package.json " + lock;
    }

    /// The tool's name, for people.
    String title() {
        return switch (this) {
            case NPM -> "npm";
            case NPM_UNLOCKED -> "npm, without a lock file";
            case PNPM -> "pnpm";
            case YARN -> "yarn";
        };
    }

    /// The line of a Dockerfile that puts the tool itself into the image; empty for npm.
    ///
    /// @param packageManager of package.json; may be empty
    String setUp(ProjectFolder folder, String packageManager) {
        if (this == NPM || this == NPM_UNLOCKED) {
            return "";
        }
        return cached("/root/.npm", "npm install -g --force " + program(folder, packageManager));
    }

    /// The line that installs dependencies.
    String install(boolean withDevelopment) {
        return cached(cache, withDevelopment ? all : production);
    }

    /// The line that runs a script of package.json.
    String script(String name) {
        String tool = this == PNPM ? "pnpm" : this == YARN ? "yarn" : "npm";
        return "RUN " + tool + " run " + name + "\n";
    }

    private String program(ProjectFolder folder, String packageManager) {
        Matcher written = PACKAGE_MANAGER.matcher(packageManager);
        if (written.matches()) {
            return written.group(1) + "@" + written.group(2);
        }
        if (this == YARN) {
            return "yarn@1";
        }
        boolean old = folder.text(lock).matches("(?s)lockfileVersion: '?[56]\\..*");
        return old ? "pnpm@8" : "pnpm@9";
    }

    private static String cached(String folder, String command) {
        return "RUN --mount=type=cache,target=" + folder + " " + command + "\n";
    }
}
