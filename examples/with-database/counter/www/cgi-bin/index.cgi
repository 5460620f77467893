#!/bin/sh
# Counts its visits in the store, which adds one and answers the sum.
printf 'Content-Type: text/plain\r\n\r\n'
if visits=$(timeout 5 wget -qO- --post-data=+1 http://store:6380/cgi-bin/store/visits); then
    echo "Visit number $visits"
else
    echo "The store does not answer."
fi
