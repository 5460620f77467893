# What gradle:4.4.1-jdk17 would hold: the Gradle that Debian has, and a JDK 17.
FROM slipway-base/debian:latest
RUN mkdir -p /usr/share/man/man1 && \
    apt-get install -y -q --no-install-recommends gradle openjdk-17-jdk-headless >/dev/null
CMD ["gradle"]
