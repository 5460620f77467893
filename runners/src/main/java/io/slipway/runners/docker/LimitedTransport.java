package io.slipway.runners.docker;

import com.github.dockerjava.transport.DockerHttpClient;

import java.io.IOException;
import java.util.regex.Pattern;

/// Gives every call a limit, so that an engine that hangs is noticed, save those whose answer is a
/// stream that may be silent for long.
final class LimitedTransport implements DockerHttpClient {
    private static final Pattern STREAM =
            Pattern.compile(
                    "/(logs|attach|wait|stats|start|events|build|images/create|images/load"
                            + "|images/get|get|push|archive)(\\?|$)");

    private final DockerHttpClient limited;
    private final DockerHttpClient unlimited;

    LimitedTransport(DockerHttpClient limited, DockerHttpClient unlimited) {
        this.limited = limited;
        this.unlimited = unlimited;
    }

    @Override
    public Response execute(Request request) {
        boolean exec = request.path().contains("/exec/");
        boolean start = request.path().endsWith("/start") && !exec;
        boolean stream = STREAM.matcher(request.path()).find() && !start;
        return (stream ? unlimited : limited).execute(request);
    }

    @Override
    public void close() throws IOException {
        try (limited) {
            unlimited.close();
        }
    }
}
