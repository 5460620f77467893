FROM busybox
COPY cgi-bin /www/cgi-bin
RUN mkdir /data
EXPOSE 6380
STOPSIGNAL SIGKILL
CMD ["httpd", "-f", "-p", "6380", "-h", "/www"]
