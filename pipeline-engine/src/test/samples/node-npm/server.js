const http = require("http");
const ms = require("ms");

http.createServer((_, answer) => answer.end(`hello from npm, ${ms(60000)}`)).listen(process.env.PORT);
