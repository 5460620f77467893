# What maven:3-eclipse-temurin-17 holds: mvn and a JDK 17.
FROM slipway-base/debian:latest
RUN mkdir -p /usr/share/man/man1 && \
    apt-get install -y -q --no-install-recommends maven openjdk-17-jdk-headless >/dev/null
CMD ["mvn"]
