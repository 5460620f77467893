package io.slipway.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A real browser. Without one a test is skipped, with the reason; with `CI=true` it fails.
final class Chromium implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of(
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    Chromium() {
        Path program = program();
        this.playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(program)
                                        .setArgs(FLAGS));
    }

    Browser browser() {
        return browser;
    }

    private static Path program() {
        String named = System.getProperty("slipway.chromium");
        Path found =
                List.of(
                                named == null || named.isEmpty() ? "/usr/bin/chromium" : named,
                                "/usr/bin/chromium-browser",
                                "/usr/bin/google-chrome")
                        .stream()
                        .map(Path::of)
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(null);
        if (found == null) {
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError("the tests need chromium");
            }
            Assumptions.abort("no chromium");
        }
        return found;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
