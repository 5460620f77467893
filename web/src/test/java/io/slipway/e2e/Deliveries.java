package io.slipway.e2e;

import io.slipway.engine.remote.GitServer;
import io.slipway.engine.source.Git;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A git server elsewhere whose project Slipway follows: each commit there is told by a webhook,
/// which is sent again, under the same id, until it was acknowledged. What was acknowledged is
/// handled, once, whoever is killed meanwhile.
final class Deliveries implements AutoCloseable {
    static final String PROJECT = "team/shop";

    private final Path folder;
    private final Git git;
    private final GitServer server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Thread thread;
    private final Ledger ledger;

    /// Delivery by commit.
    private final Map<String, String> acknowledged =
            Collections.synchronizedMap(new LinkedHashMap<>());

    private Slipway slipway;
    private String url = "";
    private String secret = "";
    private String repository = "";
    private volatile boolean going = true;
    private volatile Throwable failure;

    Deliveries(Ledger ledger) throws IOException {
        this.ledger = ledger;
        this.folder = Files.createTempDirectory("slipway-elsewhere");
        this.git = Git.init(folder);
        this.server = new GitServer(folder.resolve(".git"));
        this.thread = Thread.ofVirtual().name("deliveries").unstarted(this::rounds);
    }

    /// What Slipway has to be allowed to connect to.
    String origin() {
        return server.origin();
    }

    /// Lets a project follow the repository, and begins.
    Deliveries begin(Slipway slipway) {
        this.slipway = slipway;
        StringBuilder file =
                new StringBuilder("apps: {}\njobs:\n  job:\n    image: busybox\n    steps:\n")
                        .append("      - |\n");
        ledger.entry("$SLIPWAY_PROJECT/$SLIPWAY_RUN/0")
                .lines()
                .forEach(line -> file.append("        ").append(line).append('\n'));
        git.write(".slipway.yml", file.toString()).commit("First");
        repository = origin() + "/team/shop.git";
        String wish =
                "{\"forge\":\"generic\",\"url\":\"%s\",\"pollSeconds\":86400}"
                        .formatted(repository);
        JsonNode hook =
                slipway.api("POST", "/connections", wish).path("connections").get(0).path("hook");
        url = hook.path("url").asString();
        secret = hook.path("secret").asString();
        ended(git.must("rev-parse", "HEAD").strip());
        thread.start();
        return this;
    }

    private void rounds() {
        try {
            for (int round = 1; going; round++) {
                String commit =
                        git.write("round", Integer.toString(round))
                                .commit("Round " + round)
                                .toString();
                acknowledged.put(commit, acknowledgedAs(commit));
                ended(commit);
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private String acknowledgedAs(String commit) throws GeneralSecurityException {
        String id = UUID.randomUUID().toString();
        String body =
                """
                {"type":"push","data":{"repository":"%s","ref":"refs/heads/main","after":"%s"}}
                """
                        .formatted(repository, commit);
        while (true) {
            String delivery = sent(id, body);
            if (!delivery.isEmpty()) {
                return delivery;
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    /// Once, as Standard Webhooks says.
    ///
    /// @return the delivery; empty when it was not acknowledged
    private String sent(String id, String body) throws GeneralSecurityException {
        long time = Instant.now().getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] proof = mac.doFinal((id + "." + time + "." + body).getBytes(StandardCharsets.UTF_8));
        URI to = URI.create("http://127.0.0.1:" + slipway.port() + URI.create(url).getPath());
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(to)
                                    .timeout(Duration.ofSeconds(20))
                                    .header("Content-Type", "application/json")
                                    .header("webhook-id", id)
                                    .header("webhook-timestamp", Long.toString(time))
                                    .header(
                                            "webhook-signature",
                                            "v1," + Base64.getEncoder().encodeToString(proof))
                                    .POST(BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.ofString());
            boolean taken = answer.statusCode() == 202 || answer.statusCode() == 200;
            if (!taken && answer.statusCode() < 500) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
            String at = taken ? answer.headers().firstValue("Location").orElseThrow() : "";
            return at.substring(at.lastIndexOf('/') + 1);
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void ended(String commit) {
        Await.until(
                "the run of " + commit + " elsewhere ends",
                Duration.ofMinutes(15),
                () -> {
                    List<Run> runs = runs();
                    return runs.stream().anyMatch(run -> run.commit().equals(commit))
                            && runs.stream().allMatch(run -> run.state().equals("ended"));
                });
    }

    private record Run(int number, String commit, String state, String outcome) {}

    private List<Run> runs() {
        try {
            return slipway.read(
                    tx ->
                            tx.query(
                                    """
                                    select r.number, r.commit, r.state,
                                        coalesce(r.outcome, '') as outcome
                                    from runs r join projects p on p.id = r.project_id
                                    where p.name = ? order by r.number
                                    """,
                                    row ->
                                            new Run(
                                                    row.integer("number"),
                                                    row.text("commit"),
                                                    row.text("state"),
                                                    row.text("outcome")),
                                    PROJECT));
        } catch (RuntimeException e) {
            // What the database does not tell is asked again.
            return List.of();
        }
    }

    /// Ends with the delivery that is under way.
    void end() throws InterruptedException {
        going = false;
        thread.join();
    }

    int count() {
        return acknowledged.size();
    }

    /// What is wrong with them: one that was acknowledged and is not there or not handled, a commit
    /// without its one run, a run without its one step.
    ///
    /// @param entered what the ledger holds
    List<String> wrong(Map<String, Integer> entered) {
        List<String> wrong = new ArrayList<>();
        if (failure != null) {
            wrong.add("nothing was sent any more: " + failure);
        }
        List<Run> runs = runs();
        acknowledged.forEach(
                (commit, delivery) -> {
                    long its = runs.stream().filter(run -> run.commit().equals(commit)).count();
                    if (its != 1) {
                        wrong.add("commit " + commit + " has " + its + " runs");
                    }
                    if (!"settled".equals(state(delivery))) {
                        wrong.add("delivery " + delivery + " is " + state(delivery));
                    }
                });
        for (Run run : runs) {
            int times = entered.getOrDefault("/" + PROJECT + "/" + run.number() + "/0", 0);
            if (!run.outcome().equals("succeeded") || times != 1) {
                wrong.add(run + " ran its step " + times + " times");
            }
        }
        return wrong;
    }

    private String state(String delivery) {
        return slipway.read(
                tx ->
                        tx.first(
                                        "select state from webhook_deliveries where id = ?",
                                        row -> row.text("state"),
                                        UUID.fromString(delivery))
                                .orElse("lost"));
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        server.close();
        Folders.remove(folder);
    }
}
