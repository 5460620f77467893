package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FromReferencesTest {
    @Test
    void imagesAreFoundAndStagesAreNot() {
        String dockerfile =
                """
                # syntax=docker/dockerfile:1
                ARG VERSION=1.25
                ARG OF="golang:${VERSION}"
                FROM --platform=$BUILDPLATFORM $OF AS Build
                RUN --mount=type=bind,from=tools/all:2,target=/t make
                FROM docker.io/library/busybox:latest
                COPY --from=build /a /a
                COPY --from=0 /a /b
                COPY --from=acme/base@sha256:abcd /c /c
                COPY --from=registry.example.com:5000/x /d /d
                FROM build
                FROM scratch
                FROM $UNKNOWN
                """;
        assertThat(FromReferences.of(Instructions.parse(dockerfile)).all())
                .containsExactly(
                        "golang:1.25", "tools/all:2", "busybox", "registry.example.com:5000/x");
    }
}
