# Slipway's own image, for amd64 and arm64: tools/image.sh NAME makes it, of what ./slipway has built.
# BASE is any Java 25 on a Linux with glibc, bash and a passwd file.
ARG BASE=eclipse-temurin:25-jre
FROM ${BASE}
# PostgreSQL asks for its user's name.
RUN echo 'slipway:x:10001:10001::/var/lib/slipway:/sbin/nologin' >>/etc/passwd && echo 'slipway:x:10001:' >>/etc/group && \
    mkdir -p /var/lib/slipway /var/cache/slipway && chown 10001:10001 /var/lib/slipway /var/cache/slipway
COPY tools/image/slipway /usr/local/bin/slipway
COPY tools/jvm.options /opt/slipway/jvm.options
COPY web/target/slipway/lib /opt/slipway/lib
ENV SLIPWAY_DATA=/var/lib/slipway SLIPWAY_LISTEN=0.0.0.0 XDG_CACHE_HOME=/var/cache HOME=/var/lib/slipway
USER 10001:10001
VOLUME /var/lib/slipway
EXPOSE 8080
ENTRYPOINT ["slipway"]
CMD ["up"]
