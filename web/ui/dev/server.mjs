// A server for developing the dashboard: the API's shapes with made-up content, and dist under the headers of the real one.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as overview from './overview.mjs';
import { estimateOf, line, projects, releasesOf, rollouts, runList, runs, traceOf } from './fixture.mjs';

const PORT = Number(process.env.PORT ?? 4173);
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const EMPTY = process.env.EMPTY === '1';
const logs = new Map();

/** A job's log: 82 grows, 73 is large, the others are short. */
function log(job) {
    if (!logs.has(job)) logs.set(job, { lines: { 82: 60, 73: 200_000 }[job] ?? 48, complete: job !== 82 });
    return logs.get(job);
}
const growing = log(82);
setInterval(() => (growing.lines += 3), 500).unref();

const json = (response, body, status = 200) => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
};
const missing = (response, what) => json(response, { detail: `cannot find ${what}: there is none of that name`, remedy: 'check the name' }, 404);

const ROUTES = [
    ['GET', /^\/me$/, (r) => json(r, { name: 'operator', kind: 'operator', version: '0.1.0' })],
    ['GET', /^\/projects$/, (r) => json(r, { projects: EMPTY ? [] : projects })],
    ['GET', /^\/projects\/([^/]+)$/, (r, _, name) => one(r, projects.find((p) => p.name === name), `the project ${name}`)],
    ['GET', /^\/projects\/([^/]+)\/runs$/, (r, url, name) => page(r, url, runList(name))],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)$/, (r, _, name, n) => one(r, runs[`${name}/${n}`], `run ${n} of ${name}`)],
    ['POST', /^\/projects\/([^/]+)\/runs\/(\d+)\/(?:retry|cancel)$/, (r, _, name, n) => json(r, { run: Number(n) }, 202)],
    ['GET', /^\/projects\/([^/]+)\/apps\/([^/]+)\/releases$/, (r) => json(r, { releases: releasesOf(), next: null })],
    ['POST', /^\/projects\/([^/]+)\/apps\/([^/]+)\/(?:rollback|restart)$/, (r) => json(r, { run: 1842 }, 202)],
    ['GET', /^\/projects\/([^/]+)\/apps\/([^/]+)\/log$/, (r, url) => appLog(r, url)],
    ['GET', /^\/projects\/([^/]+)\/rollouts\/(\d+)$/, (r, _, name, n) => one(r, rollouts[n], `rollout ${n} of ${name}`)],
    ['GET', /^\/jobs\/(\d+)\/attempts\/\d+\/log$/, (r, _, job) => json(r, { ...log(Number(job)), bytes: 0, folds: [] })],
    ['GET', /^\/jobs\/(\d+)\/attempts\/\d+\/log\/lines$/, (r, url, job) => lines(r, url, log(Number(job)))],
    ['GET', /^\/jobs\/(\d+)\/attempts\/\d+\/log\/(search|errors)$/, (r, url, job, what) => json(r, found(log(Number(job)), what === 'errors' ? 'ERROR' : url.searchParams.get('q')))],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)\/trace$/, (r, _, name, n) => json(r, traceOf(Number(n)))],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)\/estimate$/, (r, _, name, n) => json(r, estimateOf(runs[`${name}/${n}`]))],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)\/failures$/, (r) => json(r, overview.failures())],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)\/log$/, (r, url, name, n) => named(r, url, runs[`${name}/${n}`])],
    ['GET', /^\/people$/, (r) => json(r, overview.people())],
    ['POST', /^\/people$/, (r) => json(r, { name: 'anna', url: 'http://localhost:4173/-/invitation#made-up' })],
    ['PATCH', /^\/people\/([^/]+)$/, (r) => json(r, null, 200)],
    ['GET', /^\/audit$/, (r) => json(r, overview.audit())],
    ['GET', /^\/fleet$/, (r) => json(r, EMPTY ? { ...overview.fleet(), projects: [], moving: [], waiting: [] } : overview.fleet())],
    ['GET', /^\/runs$/, (r) => json(r, overview.runs())],
    ['GET', /^\/rollouts$/, (r) => json(r, overview.rollouts())],
    ['GET', /^\/runners$/, (r) => json(r, overview.runners())],
    ['GET', /^\/queue$/, (r) => json(r, overview.queue())],
    ['GET', /^\/tokens$/, (r) => json(r, overview.tokens())],
    ['POST', /^\/tokens$/, (r) => json(r, { token: 'slw_made-up' })],
    ['GET', /^\/projects\/([^/]+)\/images$/, (r) => json(r, overview.images())],
    ['GET', /^\/projects\/([^/]+)\/images\/(\d+)$/, (r, _, name, id) => json(r, overview.oneImage(Number(id)))],
    ['GET', /^\/projects\/([^/]+)\/deliveries$/, (r) => json(r, overview.deliveries())],
    ['GET', /^\/projects\/([^/]+)\/webhooks$/, (r) => json(r, overview.webhooks())],
    ['GET', /^\/webhooks\/([-0-9a-f]+)$/, (r) => json(r, overview.webhook())],
    ['POST', /^\/webhooks\/([-0-9a-f]+)\/replay$/, (r) => json(r, { delivery: overview.webhooks().webhooks[1].id }, 202)],
    ['GET', /^\/projects\/([^/]+)\/hooks$/, (r) => json(r, overview.hooks())],
    ['POST', /^\/projects\/([^/]+)\/hooks$/, (r) => json(r, { ...overview.hooks().hooks[0], secret: 'made-up-secret-0123456789' })],
    ['GET', /^\/projects\/([^/]+)\/start$/, (r) => json(r, { branch: 'main', commit: '9f2c1ab', offered: false, problem: null, inputs: [] })],
    ['GET', /^\/projects\/([^/]+)\/schedules$/, (r) => json(r, { schedules: [] })],
    ['GET', /^\/projects\/([^/]+)\/runs\/(\d+)\/approvals$/, (r) => json(r, { approvals: [] })],
    ['GET', /^\/projects\/([^/]+)\/outgoing$/, (r) => json(r, overview.outgoing())],
    ['PUT', /^\/projects\/([^/]+)\/outgoing$/, (r) => json(r, { secret: 'whsec_bWFkZS11cC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZg==' })],
    ['POST', /^\/projects\/([^/]+)\/outgoing\/test$/, (r) => json(r, { message: overview.outgoing().messages[0].id }, 202)],
    ['GET', /^\/projects\/([^/]+)\/compare$/, (r) => json(r, overview.compared())],
    ['POST', /^\/projects\/([^/]+)\/enable$/, (r) => json(r, { enabled: true, changed: true }, 202)],
    ['GET', /^\/projects\/([^/]+)\/config$/, (r) => json(r, overview.config())],
    ['GET', /^\/stream$/, (r, url) => stream(r, url)],
];

function found(of, text) {
    const hits = [];
    for (let n = 1; n <= of.lines; n++) if (text === 'ERROR' ? line(n).includes(text) : line(n).toLowerCase().includes(text.toLowerCase())) hits.push(n);
    return { total: hits.length, hits: hits.slice(0, 5000), more: hits.length > 5000 };
}

const one = (response, found, what) => (found ? json(response, found) : missing(response, what));

function page(response, url, all) {
    const before = Number(url.searchParams.get('cursor') ?? Infinity);
    const limit = Number(url.searchParams.get('limit') ?? 20);
    const left = all.filter((run) => run.number < before);
    const shown = left.slice(0, limit);
    json(response, { runs: shown, next: left.length > limit ? String(shown.at(-1).number) : null });
}

function lines(response, url, of) {
    const from = Number(url.searchParams.get('from') ?? 1);
    const to = Math.min(from + Number(url.searchParams.get('count') ?? 500) - 1, of.lines);
    json(response, { from, lines: range(from, to), complete: of.complete, times: timesOf(from, to) });
}

function named(response, url, run) {
    const job = run?.jobs.find((one) => one.name === url.searchParams.get('job'));
    if (!job) return missing(response, 'the job');
    const of = log(job.id);
    const from = Number(url.searchParams.get('from') ?? 1);
    const to = Math.min(from + 499, of.lines);
    json(response, { job: job.id, attempt: job.attempts.at(-1).number, total: of.lines, ended: of.complete, from, sgr: '', lines: range(from, to), complete: of.complete, times: timesOf(from, to) });
}

/** A hundred lines came at once. */
function timesOf(from, to) {
    const began = Date.now() - 300_000;
    const times = [];
    for (let line = from; line <= to; line = line - (line % 100) + 100) times.push({ line, at: began + line });
    return times;
}

const range = (from, to) => Array.from({ length: Math.max(to - from + 1, 0) }, (_, i) => line(from + i));

function appLog(response, url) {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.write(`${range(1, 40).join('\n')}\n`);
    if (url.searchParams.get('follow') !== 'true') return response.end();
    let next = 41;
    const timer = setInterval(() => response.write(`${line(next++)}\n`), 700);
    response.on('close', () => clearInterval(timer));
}

function stream(response, url) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const topics = url.searchParams.get('topics').split(',');
    const cursors = new Map();
    for (const topic of topics) {
        const log = /^log:(\d+):(\d+)@(\d+)$/.exec(topic);
        if (log) cursors.set(Number(log[1]), { attempt: Number(log[2]), next: Number(log[3]) });
        else send('changed', { topic });
    }
    const timer = setInterval(() => {
        for (const [job, cursor] of cursors) {
            const of = log(job);
            if (of.lines < cursor.next) continue;
            send('log', { job, attempt: cursor.attempt, from: cursor.next, lines: range(cursor.next, of.lines) });
            cursor.next = of.lines + 1;
        }
        if (topics.includes('run:shop/12')) send('progress', { job: 82, line: `${growing.lines} of 900 tests` });
    }, 250);
    response.on('close', () => clearInterval(timer));
}

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const CSP =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

async function file(response, path) {
    const name = path.startsWith('/assets/') ? normalize(path) : '/index.html';
    try {
        const bytes = await readFile(join(DIST, name));
        response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP });
        response.end(bytes);
    } catch {
        missing(response, name);
    }
}

createServer((request, response) => {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith('/api/v1/')) return void file(response, url.pathname);
    const path = url.pathname.slice('/api/v1'.length);
    const cookie = (request.headers.cookie ?? '').includes('slipway_session=');
    if (path === '/session') {
        const out = request.method === 'DELETE';
        response.writeHead(204, { 'Set-Cookie': `slipway_session=${out ? '; Max-Age=0' : 'mock'}; Path=/; HttpOnly` });
        return response.end();
    }
    if (!cookie) return json(response, { detail: 'cannot answer: no valid token', remedy: 'sign in' }, 401);
    for (const [method, pattern, answer] of ROUTES) {
        const found = method === request.method && pattern.exec(path);
        if (found) return answer(response, url, ...found.slice(1).map(decodeURIComponent));
    }
    return missing(response, path);
}).listen(PORT, '127.0.0.1', function () {
    console.log(`http://127.0.0.1:${this.address().port}`);
});
