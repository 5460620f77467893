# Debian 12 with the certificates that this machine trusts, for the images of tests and examples.
FROM slipway-base/bookworm:latest
COPY host.crt /tmp/host.crt
RUN cd /usr/local/share/ca-certificates && \
    awk '/BEGIN CERT/ { n++ } n { print > ("host-" n ".crt") }' /tmp/host.crt && \
    update-ca-certificates >/dev/null 2>&1 && rm /tmp/host.crt && \
    apt-get update -q
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
