# What eclipse-temurin:25-jre holds, for Slipway's own image: a Java 25 without its compiler, cut from this machine's.
FROM slipway-base/bookworm:latest
COPY java /opt/java
ENV JAVA_HOME=/opt/java PATH=/opt/java/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
