# What eclipse-temurin:17-jre holds: a Java 17 without its compiler.
FROM slipway-base/debian:latest
RUN mkdir -p /usr/share/man/man1 && \
    apt-get install -y -q --no-install-recommends openjdk-17-jre-headless >/dev/null
CMD ["bash"]
