#!/bin/sh
# A page has one heading.
headings=$(grep -c "<h1>" index.html)
echo "$headings heading(s)"
[ "$headings" = 1 ]
