# What python:3.11-slim holds: python and pip, which may install into the system.
FROM slipway-base/debian:latest
RUN apt-get install -y -q --no-install-recommends python3 python3-pip python3-venv >/dev/null && \
    ln -s python3 /usr/bin/python && rm /usr/lib/python3.11/EXTERNALLY-MANAGED
CMD ["python3"]
