#!/bin/sh
# A store over HTTP, one value for each name. GET /cgi-bin/store/NAME answers the value, POST sets it to the body;
# the body `+1` adds one and answers the sum. The values are files in /data, replaced by rename.
answer() {
    printf 'Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$1" "$2"
    exit 0
}

name=${PATH_INFO#/}
case $name in '' | *[!a-z0-9-]*) answer '400 Bad Request' 'a name has lower-case letters, digits and hyphens' ;; esac
file=/data/$name
case $REQUEST_METHOD in
    GET)
        [ -f "$file" ] || answer '404 Not Found' "$name has no value"
        answer '200 OK' "$(cat "$file")"
        ;;
    POST)
        # One writer at a time; the lock goes with the container.
        until mkdir /tmp/writing 2>/dev/null; do usleep 5000; done
        trap 'rmdir /tmp/writing' EXIT
        value=$(head -c "${CONTENT_LENGTH:-0}")
        if [ "$value" = +1 ]; then value=$(($(cat "$file" 2>/dev/null || echo 0) + 1)); fi
        if printf '%s\n' "$value" >"$file.new" && mv "$file.new" "$file" && sync; then
            answer '200 OK' "$value"
        fi
        answer '500 Internal Server Error' "$name could not be written"
        ;;
    *) answer '405 Method Not Allowed' 'GET or POST' ;;
esac
