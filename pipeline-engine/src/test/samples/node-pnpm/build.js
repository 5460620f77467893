const fs = require("fs");
const escape = require("escape-html");

fs.mkdirSync("built", { recursive: true });
fs.writeFileSync("built/word.js", `module.exports = "${escape("pnpm & built")}";`);
fs.copyFileSync("server.js", "built/server.js");
