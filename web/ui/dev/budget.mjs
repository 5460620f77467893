// Fails when what the first page loads grows too large: dist/index.html, and all that it asks for before anything is shown.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const BUDGET = { js: 60_000, css: 12_000 };
const dist = new URL('../dist/', import.meta.url);
const html = await readFile(new URL('index.html', dist), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((found) => found[1]);

const seen = new Set();
const sum = { js: 0, css: 0 };
async function weigh(name) {
    if (seen.has(name)) return;
    seen.add(name);
    const text = await readFile(new URL(name, dist));
    const kind = name.endsWith('.css') ? 'css' : 'js';
    sum[kind] += gzipSync(text).length;
    if (kind === 'css') return;
    for (const [, other] of text.toString().matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) await weigh(`assets/${other}`);
}
for (const name of first) await weigh(name);

const said = Object.entries(sum).map(([kind, bytes]) => `${(bytes / 1000).toFixed(1)} of ${BUDGET[kind] / 1000} kB ${kind}`);
console.log(`first page: ${said.join(', ')}`);
const over = first.length === 0 || Object.entries(sum).some(([kind, bytes]) => bytes === 0 || bytes > BUDGET[kind]);
if (over) {
    console.error('The first page is larger than its budget: load what not everybody needs later.');
    process.exit(1);
}
