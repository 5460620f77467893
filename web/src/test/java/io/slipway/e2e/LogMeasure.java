package io.slipway.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A long log in a browser, and many who follow one. Not run with the tests: `bench/log` does. It
/// takes a few minutes and never more than 15; `-Dbench.small=true` tries it with little of
/// everything.
@ExtendWith(SlipwayExtension.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LogMeasure {
    private static final boolean SMALL = Boolean.getBoolean("bench.small");
    private static final int LINES = SMALL ? 20_000 : 200_000;
    private static final int LINKED = LINES / 4 * 3;
    private static final int ROUNDS = SMALL ? 1 : 5;
    private static final int VIEWERS = SMALL ? 50 : 1_000;
    private static final int SECONDS = SMALL ? 3 : 20;

    /// PostgreSQL counts what an idle session did up to 10 s later: what opening the streams took
    /// is not to be counted with what they take.
    private static final int SETTLES = SMALL ? 1 : 12;

    private final Slipway slipway;
    private final Figures figures = new Figures();

    LogMeasure(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void aLongLogAndManyViewers() throws Exception {
        inABrowser();
        manyViewers();
        figures.print(ROUNDS);
    }

    private void inABrowser() throws IOException, InterruptedException {
        Git git = slipway.repository("bench-log");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          print: { image: busybox, steps: ["awk 'BEGIN { for (i = 1; i <= %d; i++) print \\"line \\" i \\" of the log of a job that prints what most do\\" (i %% 4000 == 0 ? \\" needle\\" : \\"\\") }'"] }
                        apps: {}
                        """
                                .formatted(LINES))
                .commit("Print");
        Pushes.passes(git);
        long job =
                slipway.api("/projects/bench-log/runs/1").path("jobs").get(0).path("id").asLong();
        String run = "http://localhost:" + slipway.port() + "/bench-log/runs/1/print";
        List<Double> opened = new ArrayList<>();
        List<Double> scrolled = new ArrayList<>();
        List<Double> linked = new ArrayList<>();
        try (Chromium chromium = new Chromium();
                BrowserContext context = signedIn(chromium)) {
            context.setDefaultTimeout(60_000);
            for (int round = 0; round <= ROUNDS; round++) {
                try (Page page = context.newPage()) {
                    long begin = System.nanoTime();
                    page.navigate(run);
                    Locator log = page.getByLabel("Log of print");
                    log.locator(".line").first().waitFor();
                    double open = since(begin);
                    long half = System.nanoTime();
                    log.evaluate("box => box.scrollTop = box.scrollHeight / 2");
                    log.getByText("line " + LINES / 2 + " of the log").waitFor();
                    if (round > 0) {
                        opened.add(open);
                        scrolled.add(since(half));
                    }
                }
                try (Page page = context.newPage()) {
                    long begin = System.nanoTime();
                    page.navigate(run + "#L" + LINKED);
                    page.locator(
                                    ".marked .t",
                                    new Page.LocatorOptions().setHasText("line " + LINKED))
                            .waitFor();
                    if (round > 0) {
                        linked.add(since(begin));
                    }
                }
            }
        }
        alone("a log of " + LINES + " lines opened and scrollable", opened, "1000 ms");
        alone("scrolled to its middle", scrolled, "");
        alone("a link to line " + LINKED + " opened", linked, "1000 ms");
        String log = "/jobs/" + job + "/attempts/1/log/search?q=";
        try (Asking asking = new Asking(slipway)) {
            for (String asked : List.of("needle", "line%201.*5%20of&regex=true")) {
                List<Double> searched = new ArrayList<>();
                for (int round = 0; round <= ROUNDS; round++) {
                    double took = asking.milliseconds(log + asked);
                    if (round > 0) {
                        searched.add(took);
                    }
                }
                alone("all of it searched for " + asked.split("&")[0], searched, "300 ms");
            }
        }
    }

    private BrowserContext signedIn(Chromium chromium) throws IOException, InterruptedException {
        String self = "http://localhost:" + slipway.port();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(self + "/api/v1/session"))
                            .header("Origin", self)
                            .POST(
                                    HttpRequest.BodyPublishers.ofString(
                                            "{\"token\":\"" + slipway.token() + "\"}"))
                            .build();
            String[] cookie =
                    client.send(request, BodyHandlers.discarding())
                            .headers()
                            .firstValue("Set-Cookie")
                            .orElseThrow()
                            .replaceFirst(";.*", "")
                            .split("=", 2);
            BrowserContext context = chromium.browser().newContext();
            context.addCookies(List.of(new Cookie(cookie[0], cookie[1]).setUrl(self)));
            return context;
        }
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private void alone(String name, List<Double> milliseconds, String bar) {
        figures.alone(
                name, String.format(Locale.ROOT, "%.0f ms", Figures.median(milliseconds)), bar);
    }

    private void manyViewers() throws Exception {
        Git git = slipway.repository("bench-live");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          tick: { image: busybox, timeout: 12m, steps: ["i=0; while [ $i -lt 12000 ]; do i=$((i+1)); echo tick $i; usleep 50000; done"] }
                        apps: {}
                        """)
                .commit("Tick");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "it prints",
                () ->
                        slipway.api("/projects/bench-live/runs").path("runs").size() == 1
                                && slipway.api("/projects/bench-live/runs/1")
                                                .path("jobs")
                                                .get(0)
                                                .path("attempts")
                                                .size()
                                        == 1);
        long job =
                slipway.api("/projects/bench-live/runs/1").path("jobs").get(0).path("id").asLong();
        try {
            figures.alone("memory of the server, nobody watching", resident(), "");
            double alone = transactions(job, 1);
            double many = transactions(job, VIEWERS);
            figures.alone("transactions each second, 1 viewer", rounded(alone), "");
            figures.alone(
                    "transactions each second, " + VIEWERS + " viewers of one log",
                    rounded(many),
                    "as with one");
        } finally {
            slipway.api("POST", "/projects/bench-live/runs/1/cancel", "{}");
            if (!push.waitFor(2, TimeUnit.MINUTES)) {
                push.destroyForcibly();
            }
        }
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// Of the database, while so many follow the log.
    private double transactions(long job, int viewers) throws Exception {
        AtomicInteger open = new AtomicInteger();
        AtomicLong events = new AtomicLong();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:"
                                                    + slipway.port()
                                                    + "/api/v1/stream?topics=log:"
                                                    + job
                                                    + ":1@1"))
                            .header("Authorization", "Bearer " + slipway.token())
                            .build();
            for (int i = 0; i < viewers; i++) {
                Thread.ofVirtual().start(() -> follow(client, request, open, events));
            }
            Await.until(viewers + " are open", Duration.ofMinutes(4), () -> open.get() == viewers);
            TimeUnit.SECONDS.sleep(SETTLES);
            long before = committed();
            long told = events.get();
            long begin = System.nanoTime();
            TimeUnit.SECONDS.sleep(SECONDS);
            double seconds = since(begin) / 1_000;
            double each = (committed() - before) / seconds;
            figures.alone(
                    "events each second that " + viewers + " viewers got",
                    rounded((events.get() - told) / seconds),
                    "");
            figures.alone("memory of the server, " + viewers + " viewers", resident(), "");
            return each;
        } finally {
            client.shutdownNow(); // close() would wait for streams that never end
        }
    }

    private static void follow(
            HttpClient client, HttpRequest request, AtomicInteger open, AtomicLong events) {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                client.send(request, BodyHandlers.ofInputStream()).body(),
                                StandardCharsets.UTF_8))) {
            boolean first = true;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("event: log")) {
                    events.incrementAndGet();
                    if (first) {
                        first = false;
                        open.incrementAndGet();
                    }
                }
            }
        } catch (IOException | InterruptedException e) {
            // the measure is over
        }
    }

    private long committed() {
        return slipway.read(
                tx ->
                        tx.one(
                                "select xact_commit from pg_stat_database where datname ="
                                        + " current_database()",
                                row -> row.number("xact_commit")));
    }

    private String resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + slipway.server().pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024 + " MB")
                .findFirst()
                .orElse("");
    }
}
