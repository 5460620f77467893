#!/bin/sh
# The page asks the other app for the greeting.
printf 'Content-Type: text/plain\r\n\r\n'
echo "This is $(cat /www/name.txt)."
timeout 5 wget -qO- http://greeter:9000/cgi-bin/greeting.cgi || echo "The greeter does not answer."
