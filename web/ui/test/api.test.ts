import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** What was sent; an answer that breaks off is an error. */
interface Sent {
    method: string;
    key: string | null;
    body: string;
}
let sent: Sent[] = [];
let answers: (() => Response)[] = [];

const broken = () => {
    throw new TypeError('Failed to fetch');
};
const ok = () => new Response('{"run":7}', { status: 202, headers: { 'Content-Type': 'application/json' } });

beforeEach(() => {
    sent = [];
    vi.useFakeTimers();
    vi.stubGlobal('fetch', async (request: Request) => {
        sent.push({ method: request.method, key: request.headers.get('Idempotency-Key'), body: await request.text() });
        return (answers.shift() ?? ok)();
    });
    vi.stubGlobal(
        'Request',
        class extends Request {
            constructor(input: string, init?: RequestInit) {
                super(new URL(input, 'http://slipway.test'), init);
            }
        },
    );
});
afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
});

async function restart() {
    const { api, read } = await import('../src/core/api');
    const path = { project: 'shop', app: 'web' };
    const answer = read(api.POST('/projects/{project}/apps/{app}/restart', { params: { path } }));
    const settled = answer.then(
        (value) => value.run,
        (error: Error) => error.message,
    );
    await vi.runAllTimersAsync();
    return settled;
}

describe('what changes something', () => {
    it('is sent again under the same key where the answer broke off', async () => {
        answers = [broken, broken, ok];
        expect(await restart()).toBe(7);
        expect(sent.map((one) => one.method)).toEqual(['POST', 'POST', 'POST']);
        expect(new Set(sent.map((one) => one.key)).size).toBe(1);
        expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    });

    it('has another key each time that somebody asks for it', async () => {
        answers = [];
        await restart();
        await restart();
        expect(new Set(sent.map((one) => one.key)).size).toBe(2);
    });

    it('is given up after three tries, in plain words', async () => {
        answers = [broken, broken, broken, ok];
        expect(await restart()).toBe('cannot reach Slipway: it does not answer');
        expect(sent).toHaveLength(3);
    });

    it('is not sent again when the server has answered', async () => {
        answers = [() => new Response('{"detail":"cannot: no"}', { status: 409 })];
        expect(await restart()).toBe('cannot: no');
        expect(sent).toHaveLength(1);
    });
});

describe('who asks too often', () => {
    const late = (seconds: string) => () => new Response('{"detail":"cannot answer: too often"}', { status: 429, headers: { 'Retry-After': seconds } });

    it('waits as long as the server says', async () => {
        answers = [late('2'), ok];
        expect(await restart()).toBe(7);
        expect(sent).toHaveLength(2);
    });

    it('is told when that is long', async () => {
        answers = [late('900'), ok];
        expect(await restart()).toBe('cannot answer: too often');
        expect(sent).toHaveLength(1);
    });
});

describe('what only reads', () => {
    it('has no key and is sent once', async () => {
        answers = [broken];
        const { api, read } = await import('../src/core/api');
        await expect(read(api.GET('/me'))).rejects.toThrow('cannot reach Slipway');
        expect(sent).toEqual([{ method: 'GET', key: null, body: '' }]);
    });
});
