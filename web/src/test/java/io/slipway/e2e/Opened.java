package io.slipway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;

import java.util.ArrayList;
import java.util.List;

/// A page of the dashboard, and what it complained about.
record Opened(Page page, List<String> told) {
    private static final String CHANGED = "net::ERR_NETWORK_CHANGED";

    /// Networks of containers come and go on this machine, and each time the browser gives up what
    /// it was fetching: then the page is opened again.
    static Opened at(BrowserContext context, String address) {
        Opened opened = once(context, address);
        for (int tries = 1; tries < 5 && opened.cutOff(); tries++) {
            opened.page().close();
            opened = once(context, address);
        }
        return opened;
    }

    private boolean cutOff() {
        return told.toString().contains(CHANGED);
    }

    private static Opened once(BrowserContext context, String address) {
        Page page = context.newPage();
        page.setDefaultTimeout(60_000);
        Opened opened = new Opened(page, new ArrayList<>());
        List<String> told = opened.told();
        page.onDialog(
                dialog -> {
                    told.add("a dialog: " + dialog.message());
                    dialog.dismiss();
                });
        page.onPageError(error -> told.add("an error: " + error));
        page.onConsoleMessage(
                message -> {
                    if (message.type().equals("error") || message.type().equals("warning")) {
                        told.add("the console: " + message.text());
                    }
                });
        page.navigate(address);
        if (!opened.cutOff()) {
            assertThat(page.locator("h1")).hasCount(1);
            assertThat(page.getByText("Reading…")).hasCount(0);
        }
        return opened;
    }
}
