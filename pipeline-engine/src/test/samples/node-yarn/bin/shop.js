#!/usr/bin/env node
const http = require("http");
const ms = require("ms");

const port = process.env.PORT || 3000;
http.createServer((_, answer) => answer.end(`hello from yarn, ${ms(60000)}`)).listen(port);
