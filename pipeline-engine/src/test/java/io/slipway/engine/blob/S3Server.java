package io.slipway.engine.blob;

import io.slipway.engine.secret.Secret;

import org.junit.jupiter.api.Assumptions;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A real S3 server, the Versity gateway on a folder, as `tools/installed.sh` builds it once. Where
/// it is not built a test is skipped and says so; with `CI=true` it is built.
final class S3Server implements AutoCloseable {
    static final String BUCKET = "slipway-test";
    private static final String ACCESS = "the-access-key";
    private static final String SECRET = "the-secret-key-of-tests";
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final URI endpoint;

    /// @param folder that is empty
    S3Server(Path folder) {
        try {
            String program = program();
            Path data = Files.createDirectory(folder.resolve("data"));
            int port = freePort();
            this.endpoint = URI.create("http://127.0.0.1:" + port);
            ProcessBuilder builder =
                    new ProcessBuilder(
                                    program,
                                    "--port",
                                    "127.0.0.1:" + port,
                                    "--quiet",
                                    "posix",
                                    data.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile());
            builder.environment().put("ROOT_ACCESS_KEY", ACCESS);
            builder.environment().put("ROOT_SECRET_KEY", SECRET);
            this.process = builder.start();
            makeBucket(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program() throws IOException {
        boolean must = "true".equals(System.getenv("CI"));
        Path script = Path.of("..", "tools", "installed.sh");
        Process found =
                new ProcessBuilder("sh", script.toString(), must ? "build" : "find", "versitygw")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(found.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (found.waitFor() == 0) {
                return said.lines().toList().getLast();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (must) {
            throw new AssertionError("the tests need an S3 server: " + said);
        }
        return Assumptions.abort("no S3 server: tools/installed.sh build versitygw makes it");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private void makeBucket(Path log) throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try (S3Client client =
                S3Client.builder()
                        .endpointOverride(endpoint)
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ACCESS, SECRET)))
                        .build()) {
            while (true) {
                try {
                    client.createBucket(r -> r.bucket(BUCKET));
                    return;
                } catch (SdkException e) {
                    if (System.nanoTime() > until || !process.isAlive()) {
                        throw new AssertionError(Files.readString(log), e);
                    }
                }
            }
        }
    }

    /// How it is reached.
    ///
    /// @param prefix of names
    S3Bucket bucket(String prefix) {
        return new S3Bucket(
                endpoint,
                BUCKET,
                "us-east-1",
                prefix,
                true,
                new S3Bucket.Keys(ACCESS, Secret.of(SECRET)));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
