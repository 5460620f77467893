const http = require("http");

http.createServer((_, answer) => answer.end(process.env.GREETING)).listen(process.env.PORT);
