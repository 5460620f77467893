package io.slipway.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FromImagesTest {
    @Test
    void byDefaultThePublicOnes() {
        assertThat(FromImages.PUBLIC.from("node", "22-slim")).isEqualTo("node:22-slim");
        assertThat(FromImages.PUBLIC.from("busybox", "")).isEqualTo("busybox");
    }

    @Test
    void registryIsInFrontOfEveryName() {
        FromImages images = FromImages.parse("registry.example.com:5000/mirror/");

        assertThat(images.from("busybox", ""))
                .isEqualTo("registry.example.com:5000/mirror/busybox");
    }

    @Test
    void singleImageWinsOverTheRegistryAndItsTagOverTheProjects() {
        FromImages images = FromImages.parse("a.example.com, node=b.example.com:80/n,python=p:1");

        assertThat(images.from("node", "22-slim")).isEqualTo("b.example.com:80/n:22-slim");
        assertThat(images.from("python", "3.13-slim")).isEqualTo("p:1");
        assertThat(images.from("golang", "1.25")).isEqualTo("a.example.com/golang:1.25");
    }

    @Test
    void whatCannotStandBehindFromIsRefused() {
        assertThatThrownBy(() -> FromImages.parse("ruby=r"))
                .hasMessage(
                        "'ruby' is none of busybox, eclipse-temurin, golang, gradle, maven, node,"
                                + " python");
        assertThatThrownBy(() -> FromImages.parse("a b"))
                .hasMessage("'a b' is no registry: write registry.example.com");
        assertThatThrownBy(() -> FromImages.parse("node=a AS b"))
                .hasMessage("'a AS b' is no image: write node=host/name");
    }
}
