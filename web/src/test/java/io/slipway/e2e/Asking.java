package io.slipway.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Asks the API over one connection and measures nothing but that: the answer is read to its end
/// and not looked at.
final class Asking implements AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Slipway slipway;

    Asking(Slipway slipway) {
        this.slipway = slipway;
    }

    /// How long an answer takes, in milliseconds.
    double milliseconds(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + slipway.port() + "/api/v1" + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer " + slipway.token())
                        .build();
        long begin = System.nanoTime();
        HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
        double took = (System.nanoTime() - begin) / 1e6;
        if (answer.statusCode() != 200) {
            throw new IOException(path + " is answered by " + answer.statusCode());
        }
        return took;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
