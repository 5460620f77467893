# What golang:1.19 holds: go, with its folders below /go.
FROM slipway-base/debian:latest
RUN apt-get install -y -q --no-install-recommends golang-go >/dev/null
ENV GOPATH=/go PATH=/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /go
CMD ["bash"]
