# What node:18-slim holds: node and npm in /usr/local.
FROM slipway-base/debian:latest
RUN apt-get install -y -q --no-install-recommends nodejs >/dev/null && \
    mkdir -p /usr/local/lib/node_modules && mv /usr/bin/node /usr/local/bin/node
COPY npm/package /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
    chmod 755 /usr/local/lib/node_modules/npm/bin/*-cli.js && npm --version
CMD ["node"]
