package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Projects in every state that a page can show, made by real pushes; and a person who writes what
/// must not be executed wherever somebody can write.
final class Gallery {
    /// In place of names, messages and output; a browser that takes any of it for a script shows a
    /// dialog.
    static final String HOSTILE =
            "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u2066\"'&";

    private final Slipway slipway;
    private final Map<String, String> pages = new LinkedHashMap<>();

    Gallery(Slipway slipway) {
        this.slipway = slipway;
    }

    /// Pushes everything, and waits until nothing moves.
    ///
    /// @return addresses of pages by their names
    Map<String, String> pages() {
        pages.put("fleet", "/");
        pages.put("runs", "/-/runs");
        pages.put("rollouts", "/-/rollouts");
        pages.put("environment", "/-/environments/production");
        pages.put("status", "/-/status");
        pages.put("queue", "/-/queue");
        pages.put("settings", "/-/settings");
        pages.put("missing", "/-/nothing");
        pages.put("sign-in", "/-/sign-in");
        live();
        failing();
        recurring();
        broken();
        waiting();
        hooked();
        people();
        return pages;
    }

    private void live() {
        Git git = slipway.repository("gallery/site");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "<h1>One</h1>")
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          lint: { image: busybox, steps: ["echo fine"] }
                          unit: { image: busybox, needs: [lint], steps: ["echo one", "echo two", "echo three"] }
                        apps:
                          site: { build: { dockerfile: Dockerfile }, port: 8080 }
                        """)
                .commit("First version");
        Pushes.passes(git);
        git.write("index.html", "<h1>Two</h1>").commit("Round prices half up " + HOSTILE);
        Pushes.passes(git);
        tells("gallery/site");
        slipway.api(
                "PATCH",
                "/projects/gallery%2Fsite/config",
                json(Map.of("set", Map.of("GREETING", "hello", "MOTTO", HOSTILE))));
        Await.until("nothing moves", () -> slipway.api("/queue").path("jobs").isEmpty());
        pages.put("project", "/gallery/site");
        pages.put("run", "/gallery/site/runs/2");
        pages.put("changes", "/gallery/site/runs/2/changes");
        pages.put("app", "/gallery/site/apps/site");
        pages.put("rollout", "/gallery/site/rollouts/2");
        pages.put("images", "/gallery/site/images");
        JsonNode images = slipway.api("/projects/gallery%2Fsite/images").path("images");
        pages.put("image", "/gallery/site/images/" + images.get(0).path("id").asLong());
        pages.put("configuration", "/gallery/site/settings");
        pages.put(
                "compare", "/gallery/site/runs/compare?from=site@production:1&to=site@production");
        pages.put("messages", "/gallery/site/settings/outgoing");
        pages.put("deliveries", "/gallery/site/settings/deliveries");
    }

    /// To an address that can't be opened, so that nothing is sent anywhere.
    private void tells(String project) {
        slipway.change(
                tx ->
                        tx.update(
                                """
                                insert into outgoing_webhooks (project_id, form, origin, url)
                                select id, 'slack', 'https://hooks.example.com', '\\x00'
                                from projects where name = ?
                                """,
                                project));
    }

    private void failing() {
        Git git = slipway.repository("orders");
        git.write("print.sh", script())
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          lint: { image: busybox, steps: ["echo fine"] }
                          integration: { image: busybox, needs: [lint], steps: ["echo begin", "sh print.sh"] }
                          report: { image: busybox, needs: [lint, integration], steps: ["echo never"] }
                        """)
                .commit("Make refunds idempotent " + HOSTILE);
        Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "orders");
        pages.put("run-failed", "/orders/runs/1");
    }

    /// 200,000 lines, some of them in colours that go on, one of them an error.
    private static String script() {
        return """
        printf '%%s\\n' '%s'
        printf '\\033[31mred begins\\n'
        awk 'BEGIN { for (i = 1; i <= 200000; i++) print "line " i " of the log" (i == 150000 ? " needle" : "") }'
        printf '\\033[0m'
        echo 'ERROR [orders] refund_is_idempotent:161 expected: <200> but was: <409>'
        exit 1
        """
                .formatted(HOSTILE.replace("'", "'\\''"));
    }

    /// A job that comes and goes with the same commit, then fails as another project's does. The
    /// branch, a step and a file are called by who would like to be executed.
    private void recurring() {
        Git git = slipway.repository("payments");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          unit:
                            image: busybox
                            steps: [{ name: "<img src=x onerror=alert(4)>", run: echo prepare }, sh check.sh]
                        apps: {}
                        """)
                .write("check.sh", "echo fine\n")
                .commit("Begin");
        Pushes.passes(git);
        git.write("<img src=x onerror=alert(3)>", "a file\n").commit("Name a file");
        Pushes.passes(git);
        git.write("README", "a branch\n").commit("Name a branch");
        Git.Ended branch =
                git.run("push", "slipway", "HEAD:refs/heads/<img/src=x/onerror=alert(6)>");
        assertThat(branch.code()).as(branch.output()).isZero();
        git.write("check.sh", "[ $SLIPWAY_ATTEMPT -gt 1 ] || { echo 'ERROR: bad luck'; exit 1; }\n")
                .commit("Depend on luck");
        Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "payments");
        slipway.api("POST", "/projects/payments/runs/4/retry", "{}");
        Await.until(
                "the second attempt passed",
                () ->
                        slipway.api("/projects/payments/runs/4")
                                .path("outcome")
                                .asString("")
                                .equals("succeeded"));
        Await.until(
                "the branch has moved",
                () ->
                        git.must("ls-remote", "slipway", "refs/heads/main")
                                .startsWith(git.head().hex()));
        git.write(
                        "check.sh",
                        """
                        echo 'ERROR [orders] refund_is_idempotent:99 expected: <200> but was: <409>'
                        exit 1
                        """)
                .commit("Refund twice");
        Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "payments");
        pages.put("run-flaky", "/payments/runs/5");
        pages.put("trace", "/payments/runs/5/trace");
    }

    private void broken() {
        Git git = slipway.repository("notes");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          test: { image: busybox, stepps: ["echo <b>"] }
                        """)
                .commit("Try a typo");
        git.run("push", "slipway", "HEAD:main");
        pages.put("run-broken", "/notes/runs/1");
    }

    /// What a forge sent, signed, by somebody with a name of his own making; and a project that
    /// follows a repository elsewhere.
    private void hooked() {
        JsonNode hook =
                slipway.api(
                        "POST",
                        "/projects/orders/hooks",
                        json(Map.of("forge", "github", "label", HOSTILE)));
        String login = HOSTILE.replace("\\", "").replace("\"", "\\\"");
        String body =
                """
                {"ref":"refs/heads/main","before":"%s","after":"%s","repository":{"id":42},
                 "sender":{"id":7,"login":"%s"},"head_commit":{"id":"%s","message":"%s"}}
                """
                        .formatted("1".repeat(40), "2".repeat(40), login, "2".repeat(40), login);
        String delivery =
                slipway.forgeSends(
                        hook.path("url").asString(""), hook.path("secret").asString(""), body);
        pages.put("hooks", "/orders/settings/hooks");
        pages.put("webhooks", "/orders/settings/webhooks");
        pages.put("webhook", "/orders/settings/webhooks/" + delivery);
        slipway.change(
                tx ->
                        tx.update(
                                """
                                insert into project_remotes
                                    (project_id, forge, base_url, clone_url, look_at, adopted_at)
                                select id, 'generic', 'https://git.example.com/notes.git',
                                    'https://git.example.com/notes.git', now() + interval '1 day', now()
                                from projects where name = 'notes'
                                """));
        pages.put("followed", "/notes");
    }

    /// Who is known, and what they wrote where the API lets them.
    private void people() {
        slipway.api("POST", "/people", json(Map.of("name", "mira", "role", "maintainer")));
        String link =
                slipway.api("POST", "/people", json(Map.of("name", "joe", "role", "none")))
                        .path("url")
                        .asString("");
        slipway.api(
                "PUT", "/projects/gallery%2Fsite/members/joe", json(Map.of("role", "developer")));
        slipway.api(
                "POST",
                "/tokens",
                json(Map.of("label", HOSTILE, "scopes", List.of("read"), "days", 1)));
        slipway.change(
                tx ->
                        tx.update(
                                "insert into trusted_authors (project_id, forge_id, login) select"
                                        + " id, '7', ? from projects where name = 'notes'",
                                HOSTILE));
        pages.put("people", "/-/people");
        pages.put("audit", "/-/audit");
        pages.put("members", "/gallery/site/settings/members");
        pages.put("trust", "/notes/settings/trust");
        pages.put("invitation", link.substring(link.indexOf("/-/invitation")));
    }

    private static String json(Map<String, ?> body) {
        return JsonMapper.shared().writeValueAsString(body);
    }

    private void waiting() {
        Git git = slipway.repository("careful");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "<h1>One</h1>")
                .write(
                        ".slipway.yml",
                        """
                        apps:
                          careful: { build: { dockerfile: Dockerfile }, port: 8080 }
                        environments:
                          production: { from: main, approval: { by: [maintainers, "<b>"] } }
                        """)
                .commit("Ask first " + HOSTILE);
        Pushes.passes(git);
        pages.put("run-asking", "/careful/runs/1");
    }
}
