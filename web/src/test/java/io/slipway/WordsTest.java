package io.slipway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What words print, whole, and how they end.
final class WordsTest {
    private static final String NEWEST =
            """
            'newest': {'number': 42, 'ref': 'refs/heads/main', 'commit': '9f2c1ab77', 'subject': 'Refunds', 'author': 'Anna',
              'state': 'running', 'outcome': null, 'reason': null, 'createdAt': '2026-11-23T02:00:00Z', 'endedAt': null}
            """;

    private static final String WEB =
            """
            {'app': 'web', 'environment': 'production', 'url': 'http://shop.localhost', 'release': 29, 'commit': '4be0a1733',
             'since': '2026-11-23T02:10:03Z', 'trouble': null, 'behind': 1,
             'rollout': {'number': 3, 'release': 29, 'state': 'ended', 'outcome': 'succeeded', 'cause': null}}
            """;

    private static final String RUN =
            """
            {'number': 42, 'trigger': 'push', 'cause': '', 'ref': 'refs/heads/main', 'branch': 'main', 'commit': '9f2c1ab77',
             'subject': 'Refunds', 'author': 'Anna', 'state': 'running', 'outcome': null, 'reason': null,
             'createdAt': '2026-11-23T02:00:00Z', 'endedAt': null, 'notes': [], 'problems': [], 'jobs': [
               {'id': 7, 'name': 'unit', 'kind': 'check', 'app': null, 'environment': null, 'needs': [], 'state': 'running',
                'waits': null, 'waitsDetail': null, 'outcome': null, 'reason': null, 'summary': null,
                'startedAt': '2026-11-23T02:00:01Z', 'endedAt': null, 'attempts': [{'number': 1, 'state': 'running'}]},
               {'id': 8, 'name': 'web to production', 'kind': 'rollout', 'app': 'web', 'environment': 'production', 'needs': ['unit'],
                'state': 'waiting', 'waits': 'needs', 'waitsDetail': null, 'outcome': null, 'reason': null, 'summary': null,
                'startedAt': null, 'endedAt': null, 'attempts': []}]}
            """;

    private static final String IMAGE =
            """
            {'id': 12, 'app': 'web', 'repository': 'shop/web', 'digest': 'sha256:aa', 'platform': 'linux/amd64', 'size': 4100000,
             'commit': '4be0a1733', 'run': 41, 'createdAt': '2026-11-23T02:10:00Z', 'removedAt': null}
            """;

    @TempDir Path data;

    private PlayedServer server;

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void open() throws IOException {
        Files.writeString(data.resolve("token"), "slw_of_the_tests\n");
        server = new PlayedServer();
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(server.wrong()).isEmpty();
    }

    private Ended run(String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--server", server.url(), "--data", data.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(arguments.toArray(String[]::new));
        return new Ended(code, out.toString(), err.toString());
    }

    private String said(String... words) {
        Ended ended = run(words);
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).isEmpty();
        return ended.out();
    }

    private static String project(String name, String apps) {
        return """
        {'name': '%s', 'defaultBranch': 'main', 'paused': false, 'latest': [], 'leadTime': null, 'mine': false, %s, 'apps': [%s]}
        """
                .formatted(name, NEWEST, apps);
    }

    private static String fleet(String environments, String projects, String next) {
        return """
        {'checkedAt': '2026-11-23T02:12:00Z', 'environments': [%s], 'projects': [%s], 'moving': [], 'waiting': [], 'next': %s}
        """
                .formatted(environments, projects, next);
    }

    @Test
    void theStatusIsOfAllPages() {
        server.says("GET /fleet?limit=200", fleet("'production'", project("shop", WEB), "'shop'"));
        server.says(
                "GET /fleet?limit=200&cursor=shop",
                fleet("'beta'", project("tea", WEB.replace("production", "beta")), "null"));
        String told =
                """
                APP       BRANCH         BETA             PRODUCTION       ADDRESS
                shop web  ◐ 9f2c1ab #42  -                ✓ #29 -1 commit  http://shop.localhost
                tea web   ◐ 9f2c1ab #42  ✓ #29 -1 commit  -                http://shop.localhost
                """;
        assertThat(said("status")).isEqualTo(told);
        assertThat(said("status", "--all")).isEqualTo(told);
        assertThat(said("status", "--color", "always"))
                .isEqualTo(told.replace("◐", "\033[34m◐\033[0m").replace("✓", "\033[32m✓\033[0m"));
        assertThat(said("status", "--color", "never")).isEqualTo(told);
        assertThat(said("status", "--json"))
                .startsWith("{\"checkedAt\":\"2026-11-23T02:12:00Z\",\"environments\":[\"beta\",")
                .contains("\"name\":\"shop\"", "\"name\":\"tea\"", "\"next\":null")
                .hasLineCount(1);
    }

    @Test
    void environmentsAreToldInShortAndOneInFull() {
        server.says("GET /fleet?limit=200", fleet("'production'", project("shop", WEB), "null"));
        server.says(
                "GET /fleet?limit=200&environment=production",
                fleet("'production'", project("shop", WEB), "null"));
        server.says("GET /fleet?limit=200&environment=none", fleet("", "", "null"));
        assertThat(said("envs")).isEqualTo("✓ production  1 app  1 behind its branch\n");
        assertThat(said("envs", "production"))
                .isEqualTo(
                        """
                        PRODUCTION  RELEASE          COMMIT   SINCE                ADDRESS
                        shop web    ✓ #29 -1 commit  4be0a17  2026-11-23 02:10:03  http://shop.localhost
                        """);
        assertThat(said("envs", "none")).isEqualTo("nothing was rolled out there\n");
    }

    @Test
    void whatIsMissingIsToldWithTheReason() {
        server.says(
                "GET /fleet?limit=200&q=shop", fleet("'production'", project("shop", WEB), "null"));
        server.says("GET /projects/shop/runs/42", RUN);
        String side =
                """
                {'name': '%s', 'commit': '%s', 'run': %d, 'release': null, 'image': null, 'createdAt': null}
                """;
        server.says(
                "GET /projects/shop/compare?from=web%40production&to=42",
                """
                {'project': 'shop', 'from': %s, 'to': %s, 'removed': [], 'more': false, 'files': null, 'configuration': null,
                 'added': [{'commit': '9f2c1ab77', 'subject': 'Refunds', 'author': 'Anna', 'at': '2026-11-23T01:59:00Z'}]}
                """
                        .formatted(
                                side.formatted("web@production", "4be0a1733", 41),
                                side.formatted("42", "9f2c1ab77", 42)));
        assertThat(said("why", "web", "-p", "shop"))
                .isEqualTo(
                        """
                        web in production: #29 (4be0a17) since 2026-11-23 02:10:03
                        main is at 9f2c1ab in run 42: ◐ running
                        1 commit is missing
                          + 9f2c1ab  Refunds
                        ‖ it waits for other jobs of its run:
                          ◐ running  unit
                          look   slipway watch 42 -p shop
                        """);
        Ended none = run("why", "web", "beta", "-p", "shop");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err())
                .isEqualTo(
                        """
                        slipway: cannot say why: shop rolls no web out to beta
                          slipway status lists its apps, slipway envs the environments
                        """);
        server.says("GET /fleet?limit=200&q=nobody", fleet("", "", "null"));
        assertThat(run("why", "web", "-p", "nobody").err())
                .startsWith("slipway: cannot say why: there is no project nobody\n");
    }

    @Test
    void anImageIsThatOfTheReleaseOrTheNewest() {
        server.says(
                "GET /projects/shop/images?limit=100&app=web",
                "{'images': [" + IMAGE + "], 'next': null}");
        server.says(
                "GET /projects/shop/images/12",
                """
                {'image': %s, 'before': null, 'layers': [{'digest': 'sha256:0123456789abcdef', 'size': 2040000, 'shared': false}],
                 'steps': [{'name': 'FROM busybox', 'outcome': 'succeeded', 'note': 'cached', 'took': 4000}]}
                """
                        .formatted(IMAGE));
        server.says(
                "GET /projects/shop/apps/web/releases?environment=production",
                """
                {'releases': [{'number': 29, 'image': 'localhost:8080/shop/web@sha256:aa', 'cause': 'push'},
                              {'number': 28, 'image': 'localhost:8080/shop/web@sha256:zz', 'cause': 'push'}],
                 'next': null}
                """);
        String told =
                """
                web image 12  2026-11-23 02:10:00  4be0a17  run 41
                  shop/web@sha256:aa
                  linux/amd64, 4.1 MB
                  1 layer, the app's first image
                """;
        assertThat(said("image", "web", "-p", "shop")).isEqualTo(told);
        assertThat(said("image", "web@29", "-p", "shop")).isEqualTo(told);
        assertThat(said("image", "web@#29", "--layers", "-p", "shop"))
                .isEqualTo(
                        told
                                + """
                                  layer 1  2.0 MB  new  sha256:0123456789ab
                                  ✓  4s  FROM busybox  cached
                                """);
        assertThat(run("image", "web@7", "-p", "shop").err())
                .isEqualTo(
                        """
                        slipway: cannot show the image of web #7: there is no such release in production
                          slipway releases web -e production lists them
                        """);
        assertThat(run("image", "web@28", "-p", "shop").err())
                .isEqualTo(
                        """
                        slipway: cannot show an image of web: that one was not built here, or is not known any more
                          its registry has it: sha256:zz
                        """);
        Ended wrong = run("image", "web@new", "-p", "shop");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err())
                .isEqualTo(
                        """
                        slipway: 'web@new' is no app and no release: shop, or shop@31
                          slipway image --help says how
                        """);
    }

    @Test
    void whoWaitsLongEnoughIsToldThatTheRunGoesOn() {
        server.says("GET /projects/shop/runs/42", RUN);
        server.goesOn("GET /stream?topics=run%3Ashop%2F42", "text/event-stream", "retry: 1\n\n");
        Ended ended = run("watch", "42", "-p", "shop", "--timeout", "1s");
        assertThat(ended.code()).isEqualTo(5);
        assertThat(ended.out())
                .isEqualTo("02:00:00 shop 42 run              main@9f2c1ab Refunds\n");
        assertThat(ended.err())
                .isEqualTo("waited long enough; run 42 goes on: slipway watch 42 -p shop\n");

        server.accepts("POST /projects/shop/runs/42/retry", "{'run': 42}");
        assertThat(run("retry", "42", "-p", "shop", "--timeout", "1s").code()).isEqualTo(5);

        Ended wrong = run("watch", "42", "-p", "shop", "--timeout", "soon");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("'soon' is no time such as 90s, 10m or 2h");
    }

    @Test
    void whoFollowsALogLongEnoughHasWhatCame() {
        server.goesOn(
                "GET /projects/shop/apps/web/log?environment=production&follow=true",
                "text/plain",
                "one\n");
        Ended app = run("logs", "web", "-f", "-p", "shop", "--timeout", "1s");
        assertThat(app.code()).as(app.err()).isEqualTo(5);
        assertThat(app.out()).isEqualTo("one\n");

        server.says("GET /projects/shop/runs/42", RUN);
        server.says(
                "GET /jobs/7/attempts/1/log/lines?count=500&from=1",
                "{'from': 1, 'sgr': '', 'lines': ['two'], 'complete': false, 'times': []}");
        server.says(
                "GET /jobs/7/attempts/1/log/lines?count=500&from=2",
                "{'from': 2, 'sgr': '', 'lines': [], 'complete': false, 'times': []}");
        server.goesOn("GET /stream?topics=log%3A7%3A1%402", "text/event-stream", "retry: 1\n\n");
        Ended job = run("logs", "42", "unit", "-f", "-p", "shop", "--timeout", "1s");
        assertThat(job.code()).as(job.err()).isEqualTo(5);
        assertThat(job.out()).isEqualTo("two\n");

        assertThat(run("logs", "web", "-p", "shop", "--timeout", "1s").err())
                .startsWith("slipway: --timeout needs -f\n");
    }
}
