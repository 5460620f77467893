// What the mock server tells: a few projects in all states, and a log of 200,000 lines.
const at = (secondsAgo) => new Date(Date.now() - secondsAgo * 1000).toISOString();

const run = (number, more = {}) => ({
    number,
    trigger: 'push',
    cause: '',
    ref: 'refs/heads/main',
    branch: 'main',
    commit: '9f2c1ab0d4e8b7a6c5d4e3f2a1b0c9d8e7f6a5b4',
    subject: 'Make refunds idempotent',
    author: 'mira',
    state: 'ended',
    outcome: 'succeeded',
    reason: null,
    createdAt: at(7200 - number),
    endedAt: at(7080 - number),
    ...more,
});

const app = (name, more = {}) => ({
    app: name,
    environment: 'production',
    url: `http://${name}.localhost:8080`,
    release: 31,
    trouble: null,
    rollout: { number: 44, release: 31, state: 'ended', outcome: 'succeeded', cause: null },
    ...more,
});

const steps = (names, of) =>
    names.map((name, i) => ({
        name,
        state: 'ended',
        outcome: 'succeeded',
        exitCode: 0,
        note: null,
        firstLine: 1 + i * 60_000,
        lastLine: (i + 1) * 60_000,
        startedAt: at(300 - i * 20),
        endedAt: at(280 - i * 20),
        ...of?.(i),
    }));

const attempt = (number, more = {}) => ({
    number,
    state: 'ended',
    outcome: 'succeeded',
    reason: 'done',
    summary: null,
    exitCode: 0,
    evidence: {},
    startedAt: at(300),
    endedAt: at(245),
    logLines: 48,
    steps: [],
    ...more,
});

const job = (id, name, kind, more = {}) => ({
    id,
    name,
    kind,
    app: kind === 'check' ? null : 'orders',
    environment: kind === 'rollout' ? 'production' : null,
    needs: [],
    state: 'ended',
    waits: null,
    waitsDetail: null,
    outcome: 'succeeded',
    reason: 'done',
    summary: null,
    progress: null,
    startedAt: at(300),
    endedAt: at(245),
    attempts: [attempt(1)],
    ...more,
});

const failedRun = {
    ...run(1842, {
        outcome: 'failed',
        reason: 'integration failed: exit status 1. production keeps #31.',
        createdAt: at(310),
        endedAt: at(226),
    }),
    notes: ['no environment but production is written: it takes main'],
    problems: [],
    definition: null,
    jobs: [
        job(71, 'lint', 'check'),
        job(72, 'unit', 'check', { needs: ['lint'] }),
        job(73, 'integration', 'check', {
            outcome: 'failed',
            reason: 'exit-code',
            summary: 'CheckoutFlowIT.refund_is_idempotent:161 expected: <200> but was: <409>',
            attempts: [
                attempt(1, { outcome: 'errored', summary: 'the engine went away' }),
                attempt(2, {
                    outcome: 'failed',
                    logLines: 200_000,
                    evidence: { exitCode: 1, lastLines: ['Tests run: 212, Failures: 1', 'BUILD FAILURE'] },
                    steps: steps(['compile', 'start the database', 'mvn -B verify'], (i) =>
                        i === 2 ? { outcome: 'failed', exitCode: 1, lastLine: 200_000 } : {},
                    ),
                }),
            ],
        }),
        job(74, 'image orders', 'image', { summary: '214 MB, 7 of 11 layers cached' }),
        job(75, 'rollout orders', 'rollout', { outcome: 'skipped', reason: 'needs', attempts: [] }),
    ],
};

const movingRun = {
    ...run(12, { state: 'running', outcome: null, createdAt: at(42), endedAt: null, subject: 'Show prices with tax' }),
    notes: ['no .slipway.yml: a Dockerfile at the root'],
    problems: [],
    definition: null,
    jobs: [
        job(81, 'image web', 'image', { app: 'web', summary: '4 MB, 2 of 3 layers cached', startedAt: at(41), endedAt: at(30) }),
        job(82, 'test', 'check', {
            state: 'running',
            outcome: null,
            startedAt: at(29),
            endedAt: null,
            attempts: [
                attempt(1, {
                    state: 'running',
                    outcome: null,
                    startedAt: at(29),
                    endedAt: null,
                    steps: steps(['install', 'test', 'report'], (i) => [
                        { firstLine: 1, lastLine: 40, startedAt: at(29), endedAt: at(20) },
                        { state: 'running', outcome: null, firstLine: 41, lastLine: null, startedAt: at(20), endedAt: null },
                        { state: 'waiting', outcome: null, firstLine: null, lastLine: null, startedAt: null, endedAt: null },
                    ][i]),
                }),
            ],
        }),
        job(83, 'rollout web', 'rollout', {
            app: 'web',
            state: 'waiting',
            waits: 'needs',
            outcome: null,
            startedAt: null,
            endedAt: null,
            attempts: [],
        }),
    ],
};

const brokenRun = {
    ...run(8, { outcome: 'failed', reason: '.slipway.yml has 2 problems', subject: 'Try a matrix' }),
    notes: [],
    problems: [
        { file: '.slipway.yml', line: 4, column: 5, path: 'jobs.test.stepps', message: 'unknown key stepps', remedy: 'write steps' },
        { file: '.slipway.yml', line: 9, column: 11, path: 'jobs.test.matrix', message: 'matrix is not available in this version', remedy: 'write one job for each' },
    ],
    definition: null,
    jobs: [],
};

const liveRun = {
    ...run(7, { subject: 'First version' }),
    notes: ['no .slipway.yml: a Dockerfile at the root'],
    problems: [],
    definition: null,
    jobs: [
        job(91, 'image hello', 'image', { app: 'hello', summary: '4 MB' }),
        job(92, 'rollout hello', 'rollout', {
            app: 'hello',
            summary: '#1 is live in production',
            attempts: [
                attempt(1, { rollout: 44, evidence: { release: 1, url: 'http://hello.localhost', printed: 'http://hello.localhost:8080' } }),
            ],
        }),
    ],
};

const releases = Array.from({ length: 9 }, (_, i) => ({
    number: 31 - i,
    image: 'orders/orders@sha256:9d1f',
    cause: ['push 9f2c1ab', 'rollback to #28', 'config set LOG_LEVEL', 'push 77ab01f'][i % 4],
    commit: '9f2c1ab0d4e8',
    run: 1841 - i,
    configVersion: 3,
    rejected: i === 3,
    live: i === 0,
    createdAt: at(4000 + i * 50_000),
}));

const project = (name, latestRun, apps) => ({
    name,
    defaultBranch: 'main',
    cloneUrl: `http://localhost:8080/${name}.git`,
    latestRun,
    apps,
});

export const projects = [
    project('acme/orders', run(1842, { outcome: 'failed', reason: failedRun.reason, createdAt: at(310), endedAt: at(226) }), [
        app('orders'),
        app('worker', { url: null, release: 12, trouble: 'the container ended with exit status 1, 4 times; tried again in 40 s' }),
        app('orders', { environment: 'staging', url: 'http://orders-staging.localhost:8080', release: 33 }),
    ]),
    project('hello', liveRun, [app('hello', { release: 1 })]),
    { ...project('notes', brokenRun, []), follows: { forge: 'gitea', url: 'https://git.example.com/acme/notes.git', enabled: false, problem: null, formerly: 'acme/jottings' } },
    project('shop', run(12, { state: 'running', outcome: null, endedAt: null, createdAt: at(42), subject: 'Show prices with tax' }), [
        app('web', { release: 5, rollout: { number: 9, release: 6, state: 'checking', outcome: null, cause: null } }),
        app('db', { url: null, release: 1, rollout: null }),
    ]),
];

export const runs = { 'acme/orders/1842': failedRun, 'shop/12': movingRun, 'notes/8': brokenRun, 'hello/7': liveRun };

export const runList = (name) => {
    const newest = projects.find((p) => p.name === name)?.latestRun;
    if (!newest) return [];
    return Array.from({ length: Math.min(newest.number, 45) }, (_, i) =>
        i === 0
            ? newest
            : run(newest.number - i, {
                  outcome: ['succeeded', 'succeeded', 'cancelled', 'errored', 'succeeded'][i % 5],
                  reason: i % 5 === 2 ? 'superseded by run 1841' : i % 5 === 3 ? 'the engine went away' : null,
                  subject: ['Bump the driver', 'Round prices half up', 'Tell why a refund was refused'][i % 3],
                  createdAt: at(600 + i * 4000),
                  endedAt: at(540 + i * 4000),
              }),
    );
};

export const releasesOf = () => releases;

const evidence = {
    sentence: 'your app listens on 127.0.0.1:3000; Slipway asks 0.0.0.0:8080',
    listens: ['127.0.0.1:3000'],
    exitCode: null,
    log: 'Starting orders 6.31.0\nServer listening on http://127.0.0.1:3000\nready in 412 ms',
    url: 'http://orders.localhost',
};

export const rollouts = {
    44: { number: 44, app: 'orders', environment: 'production', release: 31, from: 30, run: 1841, state: 'ended', outcome: 'succeeded', cause: null, evidence: { url: 'http://orders.localhost', printed: 'http://orders.localhost:8080' }, startedAt: at(4020), switchedAt: at(4010), endedAt: at(4000) },
    45: { number: 45, app: 'orders', environment: 'production', release: 32, from: 31, run: 1842, state: 'ended', outcome: 'failed', cause: `${evidence.sentence}: listen on 0.0.0.0:$PORT, or write port: 3000`, evidence, startedAt: at(400), switchedAt: null, endedAt: at(280) },
    9: { number: 9, app: 'web', environment: 'production', release: 6, from: 5, run: 12, state: 'checking', outcome: null, cause: null, evidence: {}, startedAt: at(9), switchedAt: null, endedAt: null },
};

const expected = (usually, left) => ({ samples: 20, usually, mostly: usually * 1.3, left, longer: false });
export const estimateOf = (of) => ({
    run: expected(130_000, 70_000),
    jobs: (of?.jobs ?? []).map((one) => ({ job: one.id, expected: expected(55_000, 26_000) })),
});

const ESC = '\u001b[';
const SHAPES = [
    (n) => `2026-11-23T02:10:${String(n % 60).padStart(2, '0')}.793Z  ${ESC}32mDEBUG${ESC}0m 1 --- [exec-${n % 30}] o.h.SQL : select o.id, o.total from orders o where o.customer_id=${n} and o.state='PAID'`,
    (n) => `${ESC}36m[INFO]${ESC}0m Downloading from central: maven2/org/slf4j/slf4j-api/2.0.${n % 17}/slf4j-api.jar (${n % 900} kB)`,
    (n) => `${ESC}36m[INFO]${ESC}0m ${ESC}1;32mTests run: ${n % 40}${ESC}0m, Failures: 0, Errors: 0, Time elapsed: 0.59 s -- in orders.StockServiceTest`,
    (n) => `${ESC}33m[WARNING]${ESC}0m /src/orders/OrderController.java:[${n % 300},56] ${ESC}3munchecked cast${ESC}0m`,
    (n) => `#${n % 30} ${ESC}34m[stage-1 ${n % 9}/9]${ESC}0m COPY --from=build /app/target/app.jar /app.jar 9.7s done`,
];

export const line = (n) =>
    n === 199_990
        ? `${ESC}1;31mERROR${ESC}0m [orders] ${ESC}31mCheckoutFlowIT.refund_is_idempotent:161 expected: <200> but was: <409>${ESC}0m`
        : SHAPES[(n * 7) % SHAPES.length](n);

const usualOf = (kind, begin, took) => (kind === 'job' || kind === 'step' ? { begin: Math.round(begin * 0.9), took: Math.round(took * 0.8) } : null);
const span = (kind, job, name, state, begin, took, decides) => ({ kind, job, attempt: kind === 'step' || kind === 'prepare' ? 1 : 0, name, state, begin, took, decides, usual: usualOf(kind, begin, took) });
export const traceOf = (run) => ({
    run,
    begin: '2026-11-23T12:00:00Z',
    took: 84_000,
    says: "integration is 65% of the time, most of it 'mvn -B verify'",
    spans: [
        span('wait', 'compile', 'compile', 'succeeded', 0, 5_000, true),
        span('job', 'compile', 'compile', 'succeeded', 5_000, 22_000, true),
        span('prepare', 'compile', 'compile', 'succeeded', 5_000, 1_200, true),
        span('step', 'compile', 'mvn -B compile', 'succeeded', 6_200, 20_800, true),
        span('job', 'lint', 'lint', 'succeeded', 5_200, 14_000, false),
        span('step', 'lint', './lint.sh', 'succeeded', 6_000, 13_000, false),
        span('wait', 'integration', 'integration', 'succeeded', 27_000, 2_000, true),
        span('job', 'integration', 'integration', 'failed', 29_000, 55_000, true),
        span('step', 'integration', 'mvn -B verify', 'failed', 30_000, 53_500, true),
    ],
});
