#!/bin/sh
# The greeting names who asked: it asks the other app in turn.
printf 'Content-Type: text/plain\r\n\r\n'
echo "This is $(cat /www/name.txt), greeting $(timeout 5 wget -qO- http://site:8080/name.txt || echo somebody)."
