package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstructionsTest {
    private static final String DOCKERFILE =
            """
            # syntax=docker/dockerfile:1
            ARG VERSION=1
            FROM golang:1.25 AS Builder
            WORKDIR /src
            COPY . .
            RUN --mount=type=cache,target=/root/.cache \\
                # a comment between

                go build ./... && \\
                go test ./...
            RUN <<EOF
            RUN not an instruction
            EOF
            RUN echo $VERSION

            FROM scratch
            COPY --from=builder /src/app /app
            COPY --from=busybox:1.36 /bin/sh /sh
            ENTRYPOINT ["/app"]
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[builder 1/6] FROM docker.io/library/golang:1.25@sha256:ab|3",
                "[builder 2/6] WORKDIR /src|4",
                "[linux/amd64 builder 3/6] COPY . .|5",
                "[builder 4/6] RUN --mount=type=cache,target=/root/.cache"
                        + "     go build ./... &&     go test ./...|6",
                "[builder 6/6] RUN echo 1|14",
                "[stage-1 1/2] COPY --from=builder /src/app /app|17",
                "[internal] load metadata for docker.io/library/golang:1.25|3",
                "FROM docker.io/library/busybox:1.36|18",
                "[internal] load build context|0",
                "exporting to image|0",
            })
    void aLayerComesFromALine(String layer, int line) {
        assertThat(Instructions.parse(DOCKERFILE).lineOf(layer)).isEqualTo(line);
    }

    @Test
    void theOnlyStageHasNoName() {
        Instructions instructions = Instructions.parse("FROM scratch\nCOPY a /a\nADD b /b\n");
        assertThat(instructions.lineOf("[2/2] ADD b /b")).isEqualTo(3);
        assertThat(instructions.lineOf("[2/2] ADD other /b")).isEqualTo(3);
        assertThat(instructions.lineOf("[2/2] RUN other")).isZero();
    }
}
