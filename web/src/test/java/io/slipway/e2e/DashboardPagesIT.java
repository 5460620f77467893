package io.slipway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Every page, on data that real pushes made: in both themes, wide and narrow, for a screen reader,
/// and for somebody who would like to be executed.
@ExtendWith(SlipwayExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class DashboardPagesIT {
    private static final Path PICTURES = Program.home().resolve("web/target/dashboard");

    /// Where documents have theirs, as a path from the checkout; empty: they stay as they are.
    private static final String RENEWED = System.getProperty("slipway.pictures", "");

    private static final String AXE =
            Folders.text(Program.home().resolve("web/ui/node_modules/axe-core/axe.min.js"));

    private final Slipway slipway;
    private Map<String, String> pages = Map.of();
    private Chromium chromium;
    private String signedIn = "";

    DashboardPagesIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @BeforeAll
    void pushAndSignIn() {
        chromium = new Chromium();
        pages = new Gallery(slipway).pages();
        try (BrowserContext context = chromium.browser().newContext()) {
            Page page = context.newPage();
            page.navigate(address("/"));
            page.locator("input[type=password]").fill(slipway.token());
            page.keyboard().press("Enter");
            assertThat(page.locator("h2").first()).containsText("Now");
            signedIn = context.storageState();
        }
    }

    @AfterAll
    void close() {
        chromium.close();
    }

    private String address(String path) {
        return "http://localhost:" + slipway.port() + path;
    }

    private BrowserContext context(ColorScheme theme, int width) {
        return chromium.browser()
                .newContext(
                        new Browser.NewContextOptions()
                                .setStorageState(signedIn)
                                .setColorScheme(theme)
                                .setViewportSize(width, width < 500 ? 844 : 900));
    }

    private Opened open(BrowserContext context, String path) {
        return Opened.at(context, address(path));
    }

    @Test
    void everyPageIsFitForEverybodyInBothThemesAndWidths() {
        SoftAssertions all = new SoftAssertions();
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(1440, 390)) {
                try (BrowserContext context = context(theme, width)) {
                    pages.forEach(
                            (name, path) -> {
                                String what = name + " " + theme + " " + width;
                                all.assertThat(complaints(context, path, what)).as(what).isEmpty();
                            });
                }
            }
        }
        all.assertAll();
    }

    private List<String> complaints(BrowserContext context, String path, String name) {
        Opened opened = open(context, path);
        Page page = opened.page();
        if (path.contains("/runs/")
                && !path.startsWith("/notes")
                && !path.endsWith("/trace")
                && !path.endsWith("/changes")
                && !path.contains("/compare")) {
            page.locator(".log .line, .log .fold").first().waitFor();
        }
        String file = name.toLowerCase(Locale.ROOT).replace(' ', '-');
        picture(page, PICTURES.resolve(file + ".png"));
        if (!RENEWED.isEmpty() && file.endsWith("-light-1440")) {
            picture(page, documented(file.replace("-light-1440", "")));
        } else if (!RENEWED.isEmpty() && file.equals("run-failed-light-390")) {
            picture(page, documented("run-phone"));
        } else if (!RENEWED.isEmpty() && file.equals("fleet-light-390")) {
            picture(page, documented("fleet-phone"));
        }
        List<String> told = opened.told();
        Object wide = page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (((Number) wide).intValue() > 0) {
            told.add("wider than the window by " + wide);
        }
        page.evaluate(AXE);
        Object violations =
                page.evaluate(
                        "axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n =>"
                                + " n.html.slice(0, 160)).join(' | ')))");
        for (Object violation : (List<?>) violations) {
            told.add("axe: " + violation);
        }
        page.close();
        return told;
    }

    private static Path documented(String page) {
        return Program.home().resolve(RENEWED).resolve(page + ".png");
    }

    private static void picture(Page page, Path file) {
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
    }

    @Test
    void aLogOfTwoHundredThousandLinesIsLinkedSearchedAndColoured() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Opened opened = open(context, "/orders/runs/1/integration#L150000");
            Page page = opened.page();
            Locator log = page.getByLabel("Log of integration");
            assertThat(log.locator(".marked .n")).hasText("150000");
            assertThat(log.locator(".marked .t")).containsText("of the log");
            if (!RENEWED.isEmpty()) {
                picture(page, documented("run-line"));
            }

            page.keyboard().press("Control+f");
            page.keyboard().type("needle");
            assertThat(page.getByText("1 of 1")).isVisible();
            assertThat(log.locator(".hit")).hasText("needle");

            page.getByText("Next error").click();
            assertThat(log.getByText("refund_is_idempotent:161")).isVisible();
            log.press("g");
            assertThat(log.getByText("<script>alert(1)</script>")).isVisible();
            assertThat(log.locator(".f-red").nth(5)).containsText("of the log");
            assertThat(opened.told()).isEmpty();
        }
    }

    @Test
    void aLinkToALineAsksForItBesideTheRunAndForNothingBefore() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            List<String> asked = Collections.synchronizedList(new ArrayList<>());
            context.onRequest(request -> asked.add(request.url()));
            Page page = open(context, "/orders/runs/1/integration#L150000").page();
            assertThat(page.locator(".marked .t")).containsText("of the log");
            assertThat(asked)
                    .anyMatch(url -> url.contains("/runs/1/log?job=integration&from=149501"))
                    .noneMatch(url -> url.contains("/log/lines?from=1&"))
                    .noneMatch(url -> url.contains("/log/lines?from=149501"));
            page.navigate(address("/orders/runs/1/integration?attempt=9#L3"));
            assertThat(page.locator(".marked .n")).hasText("3");
        }
    }

    @Test
    void aCauseTellsWhetherItComesAndGoesAndWhereElseItIs() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Opened opened = open(context, pages.get("run-flaky"));
            Page page = opened.page();
            assertThat(page.getByText("flaky: 1 of the last 5 runs")).isVisible();
            page.getByText("Last lines of unit").click();
            assertThat(page.locator("details pre")).containsText("refund_is_idempotent:99");
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("orders 1")).click();
            assertThat(page.locator("h1")).hasText("Run 1");
            assertThat(
                            page.getByRole(
                                    AriaRole.LINK,
                                    new Page.GetByRoleOptions().setName("payments 5")))
                    .isVisible();
            page.navigate(address(pages.get("trace")));
            assertThat(page.getByText("usually: the median of the last 20")).isVisible();
            assertThat(page.locator("td .ghost")).not().hasCount(0);
            assertThat(opened.told()).isEmpty();
        }
    }

    @Test
    void aPhoneShowsTheFleetInTwoLinesForEachAppAndMineAreThoseOfWhoLooks() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 390)) {
            Page page = open(context, "/").page();
            assertThat(page.locator("table")).hasCount(0);
            Locator site =
                    page.locator(
                            "main li",
                            new Page.LocatorOptions()
                                    .setHas(page.getByText("gallery/site"))
                                    .setHasText("production"));
            assertThat(site).containsText("#3");
            page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName(Pattern.compile("Mine \\d")))
                    .click();
            assertThat(page).hasURL(address("/?show=mine"));
            assertThat(site).isVisible();
        }
    }

    @Test
    void aFailedRunOpensAtItsFirstErrorAndDrawsItsJobs() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Page page = open(context, "/orders/runs/1").page();
            assertThat(page.getByLabel("Log of integration").getByText("ERROR [orders]"))
                    .isVisible();
            assertThat(page.getByLabel("Graph of jobs").getByRole(AriaRole.LINK)).hasCount(3);
            assertThat(page.title()).startsWith("✗ Run 1 · orders");
        }
    }

    @Test
    void thePaletteLeadsAnywhere() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Page page = open(context, "/").page();
            page.keyboard().press("Control+k");
            page.getByRole(AriaRole.COMBOBOX).fill("gallery/site project");
            assertThat(page.getByRole(AriaRole.OPTION).first()).containsText("gallery/site");
            page.keyboard().press("Enter");
            assertThat(page.locator("h1")).hasText("gallery/site");
        }
    }

    @Test
    void whatAForgeSentIsReplayedByAButton() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Opened opened = open(context, pages.get("webhook"));
            Page page = opened.page();
            page.getByText("Replay", new Page.GetByTextOptions().setExact(true)).click();
            assertThat(page.getByText("an earlier delivery")).isVisible();
            page.navigate(address(pages.get("webhooks")));
            assertThat(page.getByText("replayed by")).isVisible();
            assertThat(opened.told()).isEmpty();
        }
    }

    @Test
    void whatWouldBeShippedIsComparedBothWays() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Opened opened = open(context, pages.get("compare"));
            Page page = opened.page();
            assertThat(page.getByText("What would be shipped — 1 commit")).isVisible();
            assertThat(page.getByText("Round prices half up").first()).isVisible();
            assertThat(page.locator("li").getByText("GREETING")).isVisible();
            assertThat(page.getByText("index.html")).isVisible();
            page.getByText("The other way round").click();
            assertThat(page.getByText("What would be taken back — 1 commit")).isVisible();
            assertThat(opened.told()).isEmpty();
        }
        assertThat(slipway.accept(pages.get("compare"), "text/plain").body())
                .contains("site #1 in production (", " → site #3 in production (")
                .contains("configuration: GREETING")
                .contains("1 files differ");
    }

    @Test
    void whatWasRolledOutIsFoundByItsEnvironmentAndARunTellsItsChanges() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Opened opened = open(context, "/");
            Page page = opened.page();
            page.locator("thead").getByText("production").click();
            assertThat(page.locator("h1")).hasText("production");
            assertThat(page.getByLabel("Apps in production").getByText("gallery/site")).isVisible();
            page.locator("#rollouts ~ ul a").first().click();
            assertThat(page.locator("h1")).hasText("Rollout 3");
            page.goBack();
            page.keyboard().press("g");
            page.keyboard().press("o");
            page.getByLabel("Project").fill("nothing");
            assertThat(page.getByText("No rollout is like that.")).isVisible();
            page.navigate(address("/gallery/site/runs/2"));
            page.getByText("Changes", new Page.GetByTextOptions().setExact(true)).click();
            assertThat(page.getByText("Round prices half up").first()).isVisible();
            assertThat(page.locator("h1")).hasText("Changes of run 2");
            assertThat(opened.told()).isEmpty();
            page.navigate(address("/gallery/site/runs/1/changes"));
            assertThat(page.getByText("no run before it had another commit")).isVisible();
        }
    }

    @Test
    void somebodyIsInvitedChoosesAPasswordAndSeesWhatItsRoleLetsIt() {
        try (BrowserContext admin = context(ColorScheme.LIGHT, 1440);
                BrowserContext own = chromium.browser().newContext()) {
            Page people = open(admin, "/-/people").page();
            people.getByLabel("Name").fill("anna");
            people.getByText("Make the link").click();
            String link = people.locator("[role=status] code").textContent();
            Page page = own.newPage();
            page.navigate(link);
            page.getByLabel("Password").fill("four unrelated plain words");
            page.getByLabel("Once more").fill("four unrelated plain words");
            page.keyboard().press("Enter");
            assertThat(page.getByText("Nothing has been pushed yet")).isVisible();
            page.navigate(link);
            page.getByLabel("Password").fill("four unrelated plain words");
            page.getByLabel("Once more").fill("four unrelated plain words");
            page.keyboard().press("Enter");
            assertThat(page.getByText("This invitation was used already")).isVisible();

            Page members = open(admin, "/gallery/site/settings/members").page();
            members.getByLabel("Name").fill("anna");
            members.getByText("Give it").click();
            assertThat(
                            members.getByLabel(
                                    "Role of anna", new Page.GetByLabelOptions().setExact(true)))
                    .hasValue("developer");
            page.navigate(address("/"));
            assertThat(page.locator("table").getByText("gallery/site")).isVisible();
            assertThat(page.getByText("orders")).hasCount(0);
            page.navigate(address("/-/people"));
            assertThat(page.getByRole(AriaRole.ALERT)).isVisible();

            page.navigate(address("/-/settings"));
            page.getByText("Sign out").click();
            page.getByLabel("Name").fill("anna");
            page.getByLabel("Password").fill("four unrelated plain words");
            page.keyboard().press("Enter");
            assertThat(page.locator("table").getByText("gallery/site")).isVisible();
            Page audit = open(admin, "/-/audit").page();
            audit.getByLabel("Who").fill("anna");
            assertThat(audit.getByText("anna signed in with a password").first()).isVisible();
            assertThat(audit.getByText("operator signed in")).hasCount(0);
            assertThat(audit).hasURL(address("/-/audit?who=anna"));
            audit.locator("summary").first().click();
            assertThat(audit.locator("details[open] dd").first()).hasText("sign-in");
        }
    }

    @Test
    void aRolloutThatIsFinishedIsToldAndSoIsATest() {
        String path = "/projects/gallery%2Fsite/outgoing";
        slipway.api("POST", path + "/test", "");
        Await.until(
                "both were tried",
                () ->
                        slipway.api(path)
                                .path("messages")
                                .valueStream()
                                .allMatch(one -> one.path("failures").asInt() > 0));
        assertThat(
                        slipway.api(path)
                                .path("messages")
                                .valueStream()
                                .map(one -> one.path("kind").asString("")))
                .contains("test", "rollout.finished");
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Page page = open(context, "/gallery/site/settings/outgoing").page();
            assertThat(page.getByText("site #3 is live in production")).isVisible();
            assertThat(page.getByText("it was encrypted with another key").first()).isVisible();
        }
    }

    @Test
    void aConnectedProjectIsEnabledByAButton() {
        try (BrowserContext context = context(ColorScheme.LIGHT, 1440)) {
            Page page = open(context, pages.get("followed")).page();
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Roll out"))
                    .click();
            assertThat(page.getByText("It rolls out from its next run on.")).isVisible();
            assertThat(slipway.api("/projects/notes").path("follows").path("enabled").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void everyPageAskedForTextIsText() {
        for (String path :
                List.of(
                        "/",
                        "/-/runs",
                        "/-/rollouts",
                        "/-/environments/production",
                        "/-/status",
                        "/-/people",
                        "/-/audit",
                        "/-/settings",
                        "/gallery/site",
                        "/gallery/site/runs/2/changes",
                        "/gallery/site/settings/members",
                        "/notes/settings/trust",
                        "/gallery/site/runs/2",
                        "/gallery/site/runs/2/trace",
                        "/gallery/site/apps/site",
                        "/orders/settings/hooks",
                        "/gallery/site/settings/outgoing",
                        pages.get("compare"),
                        pages.get("webhooks"),
                        pages.get("webhook"))) {
            var answer = slipway.accept(path, "text/plain");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .as(path)
                    .hasValue("text/plain; charset=utf-8");
            assertThat(answer.body()).as(path).isNotEmpty().doesNotContain("\u202e");
        }
        Program.Ended status = slipway.run(slipway.folder(), "", "status");
        assertThat(status.output()).contains("gallery/site").contains("orders #1");
        assertThat(slipway.accept("/gallery/site/badge.svg", "image/svg+xml").body())
                .contains("aria-label=\"slipway: passing\"");
        assertThat(slipway.accept("/orders/cctray.xml", "*/*").body())
                .contains("lastBuildStatus=\"Failure\"");
    }

    /// Each answer is held to its schema where it is taken.
    @Test
    void whatIsAnsweredIsAsTheContractSays() {
        String site = "/projects/gallery%2Fsite";
        long job = slipway.api(site + "/runs/2").path("jobs").get(0).path("id").asLong();
        String log = "/jobs/" + job + "/attempts/1/log";
        long image = slipway.api(site + "/images").path("images").get(0).path("id").asLong();
        List.of(
                        "/me",
                        "/fleet",
                        "/fleet?q=gallery&limit=1",
                        "/runs",
                        "/runs?state=failed&limit=1",
                        "/rollouts",
                        "/rollouts?state=succeeded&environment=production&limit=1",
                        "/fleet?environment=production",
                        "/people",
                        "/audit",
                        site + "/audit",
                        site + "/members",
                        "/projects/notes/trusted",
                        site + "/compare?to=2",
                        "/runners",
                        "/queue",
                        "/tokens",
                        "/projects",
                        site,
                        site + "/runs",
                        site + "/runs/2/estimate",
                        site + "/runs/2/trace",
                        site + "/runs/2/trace/otlp",
                        "/projects/payments/runs/5/failures",
                        "/projects/orders/runs/1/failures",
                        "/projects/orders/runs/1/log?job=integration&attempt=1&from=149501&count=2",
                        site + "/apps",
                        site + "/apps/site/releases",
                        site + "/rollouts/1",
                        site + "/deliveries",
                        site + "/images/" + image,
                        site + "/config",
                        "/projects/orders/runs/1",
                        "/projects/orders/hooks",
                        "/projects/orders/outgoing",
                        site + "/outgoing",
                        site + "/compare?from=1&to=site@production",
                        site + "/compare?from=site@production:1&to=main",
                        "/projects/orders/webhooks",
                        "/webhooks/" + pages.get("webhook").replaceFirst(".*/", ""),
                        "/projects/notes/runs/1",
                        log,
                        log + "/lines",
                        log + "/search?q=fine",
                        log + "/errors")
                .forEach(slipway::api);
    }
}
