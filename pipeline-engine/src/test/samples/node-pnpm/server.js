const http = require("http");
const ms = require("ms");
const word = require("./word");

http.createServer((_, answer) => answer.end(`hello from ${word}, ${ms(60000)}`)).listen(4000);
