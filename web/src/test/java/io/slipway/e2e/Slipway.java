package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.VoidWork;
import io.slipway.db.Work;
import io.slipway.engine.source.Git;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.traffic.Load;
import io.slipway.web.traffic.Wire;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A Slipway of its own: server, switch and database in processes, a data folder, a free port.
final class Slipway implements AutoCloseable {
    private static final int READERS = 4;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final int port;
    private Program program;
    private Program served;
    private final EngineSide engine;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Process server;
    private @Nullable DatabaseAddress external;
    private @Nullable Database reading;

    /// Starts one.
    ///
    /// @param settings beside port and data folder
    Slipway(Map<String, String> settings) {
        this(settings, null);
    }

    /// Starts one whose server tells a desk of the failpoints that it reaches.
    ///
    /// @param settings beside port and data folder
    Slipway(Map<String, String> settings, @Nullable Desk desk) {
        this(settings, desk, null);
    }

    /// Starts one beside another: both share a database, repositories, blobs and keys.
    ///
    /// @param other null: it stands alone
    Slipway(Map<String, String> settings, @Nullable Desk desk, @Nullable Slipway other) {
        String wanted = settings.get("SLIPWAY_PORT");
        this.port = wanted == null ? freePort() : Integer.parseInt(wanted);
        try {
            this.folder = Files.createTempDirectory("slipway-e2e");
            if (other != null) {
                Files.createDirectories(data());
                for (String shared : List.of("repositories", "blobs", "key", "token")) {
                    Files.createSymbolicLink(data().resolve(shared), other.data().resolve(shared));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> all = new HashMap<>(settings);
        all.put("SLIPWAY_PORT", Integer.toString(port));
        all.putIfAbsent("SLIPWAY_BUILDER_IMAGE", "none"); // nothing of the network in tests
        all.put("SLIPWAY_DATA", data().toString());
        all.put("SLIPWAY_CONFIG", Folders.write(folder.resolve("empty.conf"), "").toString());
        this.program = new Program(all);
        this.served = desk == null ? program : Program.fragile(all, desk);
        String registry = settings.getOrDefault("SLIPWAY_REGISTRY", "localhost:" + port);
        this.engine = new EngineSide(Integer.parseInt(registry.replaceFirst(".*:", "")));
        this.server = begin();
        awaitReady();
        if (desk == null) {
            makeArchive();
        }
    }

    private void makeArchive() {
        try {
            Program.archive().makeFrom(server.pid(), folder);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Process begin() {
        File log = folder.resolve("server.log").toFile();
        return served.start(ProcessBuilder.Redirect.appendTo(log), folder, List.of("up"));
    }

    private void awaitReady() {
        Await.until(
                "the server is ready",
                () -> !server.isAlive() || get("localhost", "/readyz").status() == 200);
        assertThat(server.isAlive()).as(log()).isTrue();
    }

    /// Ends the server as a power cut would: nothing is handed over.
    void kill() {
        server.destroyForcibly();
        awaitEnd();
    }

    /// Ends the server as Ctrl-C does.
    void stop() {
        server.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            assertThat(server.waitFor(1, TimeUnit.MINUTES)).as("the server ends").isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Starts the server again.
    void startAgain() {
        server = begin();
        awaitReady();
    }

    /// Starts the server again with one more setting.
    void startAgain(String name, String value) {
        program = program.with(name, value);
        served = served.with(name, value);
        startAgain();
    }

    /// Runs a word of the command line.
    Program.Ended run(Path at, String input, String... words) {
        return program.run(at, input, words);
    }

    /// Starts a word of the command line; its output is read by whoever asked.
    Process start(Path at, String... words) {
        return program.start(ProcessBuilder.Redirect.PIPE, at, List.of(words));
    }

    /// A shell where `slipway` is the command line, in a terminal of its own.
    TerminalSession terminal(Path at) {
        return new TerminalSession(program, at);
    }

    /// A repository with the files of an example, not yet committed, whose remote is `project`.
    Git repository(String project, String example) {
        Git git = repository(project);
        Path from = Program.home().resolve("examples").resolve(example);
        Folders.copy(from, git.folder());
        return git;
    }

    /// An empty repository whose remote `slipway` is `project`; git knows the token.
    Git repository(String project) {
        try {
            Git git = Git.init(Files.createTempDirectory(folder, project.replace('/', '-')));
            git.must(
                    "remote",
                    "add",
                    "slipway",
                    "http://localhost:" + port + "/" + project + ".git");
            git.must("config", "credential.helper", "store --file=" + credentials());
            return git;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Written once: a git of another test may be reading it.
    private synchronized Path credentials() {
        Path file = folder.resolve("credentials");
        return Files.exists(file)
                ? file
                : Folders.write(file, "http://ada:" + token() + "@localhost:" + port + "\n");
    }

    /// Asks the switch as a browser would that was told the host's address.
    Wire.Answer get(String host, String path) {
        try (Wire wire = new Wire(port)) {
            return wire.send("GET", path, host + ":" + port, "Connection: close");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What an app answers to GET.
    String page(String host, String path) {
        return get(host, path).body();
    }

    /// Ends a load once there was enough of it: every request of it was answered well.
    void dropsNothing(Load load) throws InterruptedException {
        Await.until("the load was one", () -> load.succeeded() > 200 || !load.failures().isEmpty());
        load.stop();
        assertThat(load.failures()).as(() -> Folders.text(data().resolve("switch/log"))).isEmpty();
    }

    /// What the API answers.
    JsonNode api(String path) {
        return api("GET", path, "");
    }

    JsonNode api(String method, String path, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at("/api/v1" + path))
                        .header("Authorization", "Bearer " + token())
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body));
        try {
            HttpResponse<String> answer = send(request);
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            assertThat(
                            ContractCheck.exchange(
                                    method,
                                    path,
                                    body,
                                    answer.statusCode(),
                                    answer.headers().firstValue("Content-Type").orElse(""),
                                    answer.body()))
                    .as(method + " " + path + " is asked and answered as the contract says")
                    .isEmpty();
            return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The status that somebody gets who is not signed in.
    int statusForNobody(String method, String path) {
        try {
            return send(HttpRequest.newBuilder(at("/api/v1" + path))
                            .method(method, BodyPublishers.noBody()))
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is answered to somebody who accepts only this type.
    HttpResponse<String> accept(String path, String type) {
        try {
            return send(
                    HttpRequest.newBuilder(at(path))
                            .header("Authorization", "Bearer " + token())
                            .header("Accept", type));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a forge sends to a hook, as GitHub signs it.
    ///
    /// @return the delivery's id
    String forgeSends(String url, String secret, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] proof = mac.doFinal(body.getBytes(StandardCharsets.UTF_8));
            HttpResponse<String> answer =
                    send(
                            HttpRequest.newBuilder(at(URI.create(url).getPath()))
                                    .header("Content-Type", "application/json")
                                    .header("X-GitHub-Event", "push")
                                    .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                                    .header(
                                            "X-Hub-Signature-256",
                                            "sha256=" + HexFormat.of().formatHex(proof))
                                    .POST(BodyPublishers.ofString(body)));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            String location = answer.headers().firstValue("Location").orElse("");
            return location.substring(location.lastIndexOf('/') + 1);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the API answers that is text.
    String text(String path) {
        try {
            HttpResponse<String> answer =
                    send(
                            HttpRequest.newBuilder(at("/api/v1" + path))
                                    .header("Authorization", "Bearer " + token()));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Its database is not its own but this one.
    Slipway reads(DatabaseAddress database) {
        external = database;
        return this;
    }

    /// What the database says.
    <T> T read(Work<T> work) {
        Database database = reading(null);
        try {
            return database.read(work);
        } catch (RuntimeException e) {
            return reading(database).read(work); // PostgreSQL was killed meanwhile
        }
    }

    /// @param broken not to be used again
    private synchronized Database reading(@Nullable Database broken) {
        DatabaseAddress now = database();
        Database open = reading;
        if (open == null || open == broken || !open.address().equals(now)) {
            closeReading();
            open = new Database(now, READERS);
            reading = open;
        }
        return open;
    }

    private synchronized void closeReading() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
    }

    /// Changes what the database says, as time does.
    void change(VoidWork change) {
        try (Database database = new Database(database(), 1)) {
            database.change(change);
        }
    }

    private DatabaseAddress database() {
        if (external != null) {
            return external;
        }
        try {
            Path postgres = data().resolve("postgres");
            String at = Files.readAllLines(postgres.resolve("data/postmaster.pid")).get(3).strip();
            return new DatabaseAddress(
                    "jdbc:postgresql://127.0.0.1:" + at + "/postgres",
                    "slipway",
                    Files.readString(postgres.resolve("password")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// PostgreSQL's first process.
    long postmaster() throws IOException {
        return Long.parseLong(
                Files.readAllLines(data().resolve("postgres/data/postmaster.pid"))
                        .getFirst()
                        .strip());
    }

    /// The switch's process.
    long switchProcess() throws IOException {
        return JSON.readTree(Files.readString(data().resolve("switch/control.json")))
                .path("pid")
                .asLong();
    }

    /// The server's process.
    ProcessHandle server() {
        return server.toHandle();
    }

    int port() {
        return port;
    }

    Path data() {
        return folder.resolve("data");
    }

    Path folder() {
        return folder;
    }

    EngineSide engine() {
        return engine;
    }

    String token() {
        return Folders.text(data().resolve("token")).strip();
    }

    String instance() {
        return Folders.text(data().resolve("instance")).strip();
    }

    /// What the server printed.
    String log() {
        return Folders.text(folder.resolve("server.log"));
    }

    /// Ends server and switch of one that stands beside another, which has all the rest.
    void closeBeside() throws IOException {
        server.destroyForcibly();
        awaitEnd();
        ProcessHandle traffic = ProcessHandle.of(switchProcess()).orElseThrow();
        traffic.destroyForcibly();
        Await.until("its switch ended", () -> !traffic.isAlive());
        http.shutdownNow();
        Folders.remove(folder);
        engine.close();
    }

    /// Stops everything, removes what was made, and proves that nothing is left.
    @Override
    public void close() {
        closeReading();
        List<ProcessHandle> processes = engine.processes(data());
        Program.Ended down = run(folder, "", "down");
        engine.remove(instance());
        assertThat(down.code()).as(down.output()).isZero();
        http.shutdownNow();
        Await.untilAsserted(
                "no process is left",
                () -> assertThat(processes).noneMatch(ProcessHandle::isAlive));
        assertThat(engine.left(instance())).as("left in the engine").isEmpty();
        Folders.remove(folder);
        engine.close();
    }

    /// A port that nobody has.
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
