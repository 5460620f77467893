// What the mock server tells across projects.
import { projects, runList } from './fixture.mjs';

const at = (secondsAgo) => new Date(Date.now() - secondsAgo * 1000).toISOString();
const latest = (name) =>
    runList(name)
        .slice(0, 12)
        .reverse()
        .map((run, i) => ({ number: run.number, state: run.state, outcome: run.outcome, milliseconds: 40_000 + ((i * 7919) % 50_000) }));

const expected = { samples: 20, usually: 130_000, mostly: 170_000, left: 70_000, longer: false };

export const fleet = () => ({
    checkedAt: at(0),
    environments: ['staging', 'production'],
    projects: projects.map(({ name, defaultBranch, latestRun, apps }) => ({
        name,
        defaultBranch,
        paused: false,
        newest: latestRun && { ...latestRun },
        latest: latest(name),
        leadTime: 95_000,
        mine: name === 'acme/orders',
        apps: apps.map((app) => ({ ...app, commit: latestRun?.commit ?? null, since: at(4000), behind: null })),
    })),
    moving: [{ project: 'shop', run: 12, ref: 'refs/heads/main', subject: 'Show prices with tax', author: 'mira', cause: '', jobs: 3, ended: 1, now: ['test'], createdAt: at(42), expected }],
    waiting: [{ project: 'hello', run: 7, job: 'rollout hello', waits: 'approval', waitsDetail: 'production', createdAt: at(700) }],
    next: null,
});

export const runs = () => ({
    runs: projects.flatMap((project) => runList(project.name).slice(0, 8).map((run) => ({ ...run, project: project.name, now: run.state === 'running' ? 'test' : '', waits: false }))),
    next: '1z',
});

const rolled = (i, more) => ({ project: 'acme/orders', number: 45 - i, app: 'orders', environment: 'production', release: 32 - i, from: 31 - i, run: 1842 - i, because: 'push 9f2c1ab', by: 'mira', state: 'ended', outcome: 'succeeded', cause: null, startedAt: at(300 + i * 5000), switchedAt: at(290 + i * 5000), endedAt: at(280 + i * 5000), ...more });
export const rollouts = () => ({
    rollouts: [
        rolled(0, { state: 'checking', outcome: null, switchedAt: null, endedAt: null }),
        rolled(1, { outcome: 'failed', cause: 'your app listens on 127.0.0.1:3000; Slipway asks 0.0.0.0:8080: listen on 0.0.0.0:$PORT, or write port: 3000' }),
        rolled(2, { from: null, project: 'hello', app: 'hello' }),
    ],
    next: null,
});

export const runners = () => ({
    runners: [{ name: 'docker', kind: 'docker', slots: 4, used: 1, queued: 1, targets: ['docker'] }],
    servers: [{ version: '0.1.0', startedAt: at(9000), seenAt: at(2) }],
});

export const queue = () => ({
    next: null,
    jobs: [
        { project: 'shop', run: 12, job: 'test', ref: 'refs/heads/main', state: 'running', waits: null, waitsDetail: null, runner: 'docker', since: at(29) },
        { project: 'acme/orders', run: 1843, job: 'integration', ref: 'refs/heads/refunds', state: 'queued', waits: 'capacity', waitsDetail: null, runner: 'docker', since: at(12) },
        { project: 'hello', run: 7, job: 'rollout hello', ref: 'refs/heads/main', state: 'waiting', waits: 'approval', waitsDetail: 'production', runner: null, since: at(700) },
    ],
});

export const tokens = () => ({
    tokens: [
        { id: 1, label: 'first', prefix: 'slw_a1', scopes: ['read', 'push', 'run', 'roll-out', 'configure', 'create-project', 'operate'], project: null, createdAt: at(90_000), expiresAt: null, current: false },
        { id: 2, label: 'browser', prefix: 'slw_b2', scopes: ['read'], project: null, createdAt: at(300), expiresAt: at(-86_000), current: true },
    ],
});

const image = (id) => ({ id, app: 'orders', repository: 'acme/orders/orders', digest: `sha256:${String(id).repeat(64).slice(0, 64)}`, platform: 'linux/amd64', size: 214_000_000 + id, commit: '9f2c1ab0d4e8', run: 1840 + id, createdAt: at(100_000 - id * 1000), removedAt: id === 1 ? at(1000) : null });
export const images = () => ({ images: [3, 2, 1].map(image), next: null });
export const oneImage = (id) => ({
    image: image(id),
    before: id > 1 ? image(id - 1) : null,
    layers: [
        { digest: `sha256:${'a'.repeat(64)}`, size: 112_000_000, shared: true },
        { digest: `sha256:${'b'.repeat(64)}`, size: 58_000_000, shared: true },
        { digest: `sha256:${'c'.repeat(64)}`, size: 12_500_000, shared: false },
    ],
    steps: [
        { name: '[1/3] FROM eclipse-temurin:25-jre', outcome: 'succeeded', note: 'cached', took: 40 },
        { name: '[2/3] RUN apt-get install -y tini', outcome: 'succeeded', note: 'cached', took: 12 },
        { name: '[3/3] COPY target/app.jar /app.jar', outcome: 'succeeded', note: null, took: 9_700 },
        { name: 'push to acme/orders/orders', outcome: 'succeeded', note: null, took: 2_300 },
    ],
});

const delivery = (i, more) => ({ id: `0000000${i}-0000-0000-0000-000000000000`, kind: 'push', by: 'mira', ref: 'refs/heads/main', oldCommit: '4be0a1733', newCommit: '9f2c1ab0d', options: [], state: 'settled', gated: true, result: 'moved', reason: null, run: 1842 - i, receivedAt: at(300 + i * 5000), settledAt: at(200 + i * 5000), ...more });
export const deliveries = () => ({
    deliveries: [
        delivery(0, { result: 'refused', reason: 'integration failed, run 1842' }),
        delivery(1),
        delivery(2, { ref: 'refs/heads/refunds', gated: false, options: ['slipway.skip'], run: null, result: 'moved' }),
    ],
    next: null,
});

export const config = () => ({
    version: 3,
    values: [
        { name: 'LOG_LEVEL', app: null, secret: false, value: 'debug', version: 2, setAt: at(5000), setBy: 'mira' },
        { name: 'DATABASE_URL', app: 'orders', secret: true, value: null, version: 3, setAt: at(4000), setBy: 'operator' },
    ],
});

const webhookOf = (n, more) => ({
    id: `0c0ffee0-0000-4000-8000-00000000000${n}`,
    forge: 'github',
    forgeId: `f3c1d2e4-000${n}`,
    event: 'push',
    sender: 'mira',
    state: 'settled',
    verdict: 'started',
    reason: '',
    runs: [1842],
    failures: 0,
    replayOf: null,
    replayedBy: null,
    receivedAt: at(300 * n),
    settledAt: at(300 * n - 1),
    ...more,
});

export const webhooks = () => ({
    webhooks: [
        webhookOf(1, { replayOf: '0c0ffee0-0000-4000-8000-000000000002', replayedBy: 'operator' }),
        webhookOf(2),
        webhookOf(3, { event: 'ping', verdict: 'nothing', reason: 'a ping: the hook works', runs: [] }),
        webhookOf(4, { verdict: 'failed', reason: 'cannot fetch main: the forge answered 503', runs: [], failures: 12 }),
        webhookOf(5, { state: 'received', verdict: null, reason: 'cannot fetch main: the forge answered 503', runs: [], failures: 2 }),
    ],
    next: null,
});

export const webhook = () => ({
    project: 'acme/orders',
    webhook: webhookOf(2),
    headers: { 'content-type': 'application/json', 'user-agent': 'GitHub-Hookshot/8d33975', 'x-github-delivery': 'f3c1d2e4-0002', 'x-github-event': 'push' },
    events: [{ kind: 'push' }],
    body: '{"ref":"refs/heads/main","before":"4be0a17","after":"9f2c1ab","repository":{"id":42,"full_name":"acme/orders"},"pusher":{"name":"mira"}}',
    size: 5214,
    whole: true,
});

export const hooks = () => ({
    hooks: [
        { hook: 'Zk3uYw4c0S1mN9qR7tX2aA', forge: 'github', label: 'connect', organisation: '', url: 'https://slipway.example/webhooks/Zk3uYw4c0S1mN9qR7tX2aA', createdAt: at(900_000), deliveredAt: at(800) },
        { hook: 'b8JdP5vT6eL0wQ2hF4kM9g', forge: 'generic', label: 'mirror', organisation: '', url: 'https://slipway.example/webhooks/b8JdP5vT6eL0wQ2hF4kM9g', createdAt: at(90_000), deliveredAt: null },
    ],
});

const messageOf = (n, kind, text, more) => ({
    id: `0ddba110-0000-4000-8000-00000000000${n}`,
    kind,
    text,
    state: 'sent',
    status: 200,
    problem: '',
    failures: 0,
    createdAt: at(700 * n),
    endedAt: at(700 * n - 1),
    ...more,
});

export const outgoing = () => ({
    webhook: { origin: 'https://hooks.example.com', form: 'json', createdAt: at(90_000), createdBy: 'mira' },
    messages: [
        messageOf(1, 'run.failed', '✗ acme/orders main failed: integration failed: exit code 1 (Make refunds idempotent) https://slipway.example/acme/orders/runs/1842', { state: 'waiting', status: 503, problem: 'it answered 503', failures: 3, endedAt: null }),
        messageOf(2, 'rollout.finished', '✓ acme/orders: orders #31 is live in production https://slipway.example/acme/orders/rollouts/44'),
        messageOf(3, 'approval.waiting', '‖ acme/orders run 1840 waits for approval to production https://slipway.example/acme/orders/runs/1840'),
        messageOf(4, 'test', 'Slipway tells what happens to acme/orders here https://slipway.example/acme/orders', { state: 'given-up', status: null, problem: 'cannot get an answer of https://hooks.example.com: connection refused', failures: 150 }),
    ],
});

const sideOf = (number, commit, size) => ({
    name: `orders@production:${number}`,
    commit: commit.repeat(5),
    run: 1800 + number,
    release: { app: 'orders', environment: 'production', number, cause: `push ${commit.slice(0, 7)}`, configVersion: number },
    image: { id: number, size },
    createdAt: at(90_000 - number),
});

export const compared = () => ({
    project: 'acme/orders',
    from: sideOf(30, '4be0a17c', 196_000_000),
    to: sideOf(31, '9f2c1ab0', 214_000_000),
    added: ['Make refunds idempotent', 'Tell why a refund was refused', 'Bump the driver'].map((subject, i) => ({ commit: `${i}f2c1ab0`.repeat(5), subject, author: ['mira', 'ada', 'jun'][i], at: at(4000 * (i + 1)) })),
    removed: [],
    more: false,
    files: ['pom.xml', 'src/main/java/shop/Refunds.java', 'src/test/java/shop/CheckoutFlowIT.java'],
    configuration: ['LOG_LEVEL', 'REFUND_LIMIT'],
});

const person = (name, role, more = {}) => ({ name, role, disabledAt: null, hasPassword: true, invited: false, ...more });
export const people = () => ({
    next: null,
    people: [person('anna', 'admin'), person('joe', null, { hasPassword: false, invited: true }), person('mira', 'maintainer'), person('paul', 'viewer', { disabledAt: at(90_000) })],
});

const entry = (seconds, who, action, subject, project, detail = {}) => ({ at: at(seconds), who, action, subject, project, address: '127.0.0.1', detail });
export const audit = () => ({
    entries: [
        entry(40, 'anna', 'role.give', 'joe', 'acme/orders', { role: 'developer' }),
        entry(90, 'mira', 'push', 'refs/heads/main', 'acme/orders', { old: '9f2c1ab'.padEnd(40, '0'), new: '4be0a17'.padEnd(40, '0') }),
        entry(300, 'mira', 'config.set', 'DATABASE_URL', 'acme/orders', { app: 'orders', secret: true, version: 12 }),
        entry(800, 'anna', 'approve', 'run 1840', 'acme/orders', { environment: 'production', commit: '9f2c1ab'.padEnd(40, '0') }),
        entry(900, null, 'role.give', 'paul', null, { role: 'viewer', by: 'provider' }),
        entry(4000, 'anna', 'sign-in', 'password', null),
    ],
    next: 'a1',
});

export const failures = () => ({
    failures: [
        {
            job: 'integration',
            says: 'ERROR [orders] CheckoutFlowIT.refund_is_idempotent:161 expected: <200> but was: <409>',
            runs: 40,
            failed: 5,
            flaky: 3,
            passedIn: 1839,
            same: [{ project: 'payments', run: 1840, job: 'integration' }],
        },
    ],
});
