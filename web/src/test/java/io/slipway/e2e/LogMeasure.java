package io.slipway.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A long log in a browser, and many who follow one. Not run with the tests: `bench/log` does.
@ExtendWith(SlipwayExtension.class)
class LogMeasure {
    private static final int ROUNDS = 5;
    private static final int VIEWERS = 1_000;
    private static final int SECONDS = 10;

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

    private void inABrowser() {
        Git git = slipway.repository("bench-log");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          print: { image: busybox, steps: ["awk 'BEGIN { for (i = 1; i <= 200000; i++) print \\"line \\" i \\" of the log of a job that prints what most do\\" (i % 40000 == 0 ? \\" needle\\" : \\"\\") }'"] }
                        apps: {}
                        """)
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
            context.setDefaultTimeout(120_000);
            for (int round = 0; round <= ROUNDS; round++) {
                try (Page page = context.newPage()) {
                    long begin = System.nanoTime();
                    page.navigate(run);
                    Locator log = page.getByLabel("Log of print");
                    log.locator(".line").first().waitFor();
                    double open = since(begin);
                    long half = System.nanoTime();
                    log.evaluate("box => box.scrollTop = box.scrollHeight / 2");
                    log.getByText("line 100000 of the log").waitFor();
                    if (round > 0) {
                        opened.add(open);
                        scrolled.add(since(half));
                    }
                }
                try (Page page = context.newPage()) {
                    long begin = System.nanoTime();
                    page.navigate(run + "#L150000");
                    page.locator(".marked .t", new Page.LocatorOptions().setHasText("line 150000"))
                            .waitFor();
                    if (round > 0) {
                        linked.add(since(begin));
                    }
                }
            }
        }
        alone("a log of 200,000 lines opened and scrollable", opened, "1000 ms");
        alone("scrolled to its middle", scrolled, "");
        alone("a link to line 150,000 opened", linked, "1000 ms");
        String log = "/jobs/" + job + "/attempts/1/log/search?q=";
        for (String asked : List.of("needle", "line%201.*5%20of&regex=true")) {
            List<Double> searched = new ArrayList<>();
            for (int round = 0; round <= ROUNDS; round++) {
                long begin = System.nanoTime();
                slipway.api(log + asked);
                if (round > 0) {
                    searched.add(since(begin));
                }
            }
            alone("all of it searched for " + asked.split("&")[0], searched, "300 ms");
        }
    }

    private BrowserContext signedIn(Chromium chromium) {
        try (BrowserContext context = chromium.browser().newContext();
                Page page = context.newPage()) {
            page.setDefaultTimeout(120_000);
            page.navigate("http://localhost:" + slipway.port() + "/");
            page.locator("input[type=password]").fill(slipway.token());
            page.keyboard().press("Enter");
            page.locator("h2").first().waitFor();
            return chromium.browser()
                    .newContext(
                            new Browser.NewContextOptions()
                                    .setStorageState(context.storageState()));
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
                          tick: { image: busybox, steps: ["i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo tick $i; usleep 50000; done"] }
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
        double alone = transactions(job, 1);
        double many = transactions(job, VIEWERS);
        figures.alone("transactions each second, 1 viewer", rounded(alone), "");
        figures.alone(
                "transactions each second, " + VIEWERS + " viewers of one log",
                rounded(many),
                "as with one");
        slipway.api("POST", "/projects/bench-live/runs/1/cancel", "{}");
        push.waitFor();
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// Of the database, while so many follow the log.
    private double transactions(long job, int viewers) throws Exception {
        AtomicInteger open = new AtomicInteger();
        AtomicLong events = new AtomicLong();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
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
            Await.until("all are open", () -> open.get() == viewers);
            long before = committed();
            long told = events.get();
            long begin = System.nanoTime();
            Thread.sleep(SECONDS * 1_000L);
            double seconds = since(begin) / 1_000;
            double each = (committed() - before) / seconds;
            figures.alone(
                    "events each second that " + viewers + " viewers got",
                    rounded((events.get() - told) / seconds),
                    "");
            figures.alone("memory of the server, " + viewers + " viewers", resident(), "");
            client.shutdownNow();
            return each;
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
