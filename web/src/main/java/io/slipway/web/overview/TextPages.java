package io.slipway.web.overview;

import io.slipway.web.api.Api;
import io.slipway.web.text.CompareText;
import io.slipway.web.text.DeliveryText;
import io.slipway.web.text.EnvironmentText;
import io.slipway.web.text.FleetText;
import io.slipway.web.text.ImageText;
import io.slipway.web.text.ListText;
import io.slipway.web.text.PeopleText;
import io.slipway.web.text.RunText;
import io.slipway.web.text.TraceText;
import io.slipway.web.text.TrustText;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Every page's address answers `Accept: text/plain` with the text that the command line prints: of
/// the same answer of the API, under the same rights; with `.json` behind it, it gives that answer.
/// Also the short addresses of a project's badge and monitor.
public final class TextPages {
    /// A project's name, with or without a group. What follows a project is no name.
    private static final String PROJECT =
            "((?!(?:api|v2|webhooks|assets|healthz|readyz|metrics|-)/)[a-z][-a-z0-9]{0,39}"
                + "(?:/(?!(?:runs|rollouts|apps|images|settings|badge\\.svg|cctray\\.xml)(?:/|$))"
                + "[a-z][-a-z0-9]{0,39})?)";

    private static final Map<String, Twin> INSTANCE =
            Map.of(
                    "/", new Twin("/fleet", FleetText::of),
                    "/-/runs", new Twin("/runs", RunText::list),
                    "/-/rollouts", new Twin("/rollouts", RunText::rollouts),
                    "/-/status", new Twin("/runners", ListText::status),
                    "/-/queue", new Twin("/queue", ListText::queue),
                    "/-/runners", new Twin("/queue", ListText::queue),
                    "/-/settings", new Twin("/tokens", ListText::tokens),
                    "/-/people", new Twin("/people", PeopleText::people),
                    "/-/audit", new Twin("/audit", PeopleText::audit));

    private static final List<Page> PAGES =
            List.of(
                    page("", "", ListText::project),
                    page("/runs/compare", "/compare", CompareText::of),
                    page("/runs/([0-9]{1,9})/trace", "/runs/%s/trace", TraceText::of),
                    page("/runs/([0-9]{1,9})/changes", "/compare?to=%s", CompareText::of),
                    page("/runs/([0-9]{1,9})(?:/[^/]{1,200})?", "/runs/%s", RunText::of),
                    page("/rollouts/([0-9]{1,9})", "/rollouts/%s", RunText::rollout),
                    page("/apps/([a-z][-a-z0-9]{0,39})", "/apps/%s/releases", ListText::releases),
                    page("/images", "/images", ListText::images),
                    page("/images/([0-9]{1,9})", "/images/%s", ImageText::page),
                    page("/settings", "/config", ListText::config),
                    page("/settings/deliveries", "/deliveries", ListText::deliveries),
                    page("/settings/webhooks", "/webhooks", DeliveryText::list),
                    page("/settings/hooks", "/hooks", DeliveryText::hooks),
                    page("/settings/members", "/members", PeopleText::members),
                    page("/settings/trust", "/trusted", TrustText::all),
                    page("/settings/outgoing", "/outgoing", DeliveryText::outgoing),
                    new Page(
                            Pattern.compile("/(-)/environments/([a-z][-a-z0-9]{0,62})"),
                            "/fleet?environment=%s",
                            EnvironmentText::one,
                            false),
                    new Page(
                            Pattern.compile("/" + PROJECT + "/settings/webhooks/([-0-9a-f]{36})"),
                            "/webhooks/%s",
                            DeliveryText::one,
                            false));

    private static final Pattern SHORT =
            Pattern.compile("/" + PROJECT + "/(badge\\.svg|cctray\\.xml)");

    /// Behind a page's address it asks for what the page is made of.
    private static final String JSON = ".json";

    /// A job may be called anything, also something that ends so.
    private static final Pattern A_JOB =
            Pattern.compile("/runs/[0-9]+/(?!(trace|changes)\\.json$)");

    private TextPages() {}

    /// Where in the API a page's answer is, and how it is shown.
    private record Twin(String path, Api.AsText text) {}

    /// @param ofProject whether the answer is below the project's
    private record Page(Pattern path, String below, Api.AsText text, boolean ofProject) {}

    private static Page page(String path, String below, Api.AsText text) {
        return new Page(Pattern.compile("/" + PROJECT + path), below, text, true);
    }

    /// Adds them before the dashboard's own pages.
    public static void mount(Router router) {
        router.route().method(HttpMethod.GET).handler(TextPages::lead);
    }

    private static void lead(RoutingContext context) {
        String path = context.request().path();
        Matcher badge = SHORT.matcher(path);
        if (badge.matches()) {
            context.put(Api.OF_PAGE, true);
            context.reroute(ofProject(badge.group(1)) + "/" + badge.group(2));
            return;
        }
        if (path.endsWith(JSON) && !A_JOB.matcher(path).find()) {
            Twin page = twin(path.substring(0, path.length() - JSON.length()));
            if (page != null) {
                reroute(context, page);
                return;
            }
        }
        String accept = context.request().getHeader("Accept");
        boolean text =
                accept != null && accept.contains("text/plain") && !accept.contains("text/html");
        Twin twin = text && context.get(Api.AS_TEXT) == null ? twin(path) : null;
        if (twin == null) {
            context.next();
            return;
        }
        context.put(Api.AS_TEXT, twin.text());
        reroute(context, twin);
    }

    private static void reroute(RoutingContext context, Twin twin) {
        context.put(Api.OF_PAGE, true);
        String query = context.request().query();
        String mark = twin.path().indexOf('?') < 0 ? "?" : "&";
        context.reroute(Api.PREFIX + twin.path() + (query == null ? "" : mark + query));
    }

    private static @Nullable Twin twin(String path) {
        Twin instance = INSTANCE.get(path);
        if (instance != null) {
            return instance;
        }
        for (Page page : PAGES) {
            Matcher matcher = page.path().matcher(path);
            if (matcher.matches()) {
                String below =
                        matcher.groupCount() < 2
                                ? page.below()
                                : page.below().formatted(matcher.group(2));
                String project = ofProject(matcher.group(1)).substring(Api.PREFIX.length());
                return new Twin(page.ofProject() ? project + below : below, page.text());
            }
        }
        return null;
    }

    private static String ofProject(String name) {
        return Api.PREFIX + "/projects/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
