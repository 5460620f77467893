import { describe, expect, it } from 'vitest';
import { BLOCK, LogStore, type LinesAnswer } from '../src/core/log-store';

/** A log on a server; `asked` holds what was fetched of it. */
class Server {
    asked: [number, number][] = [];
    constructor(
        public lines: number,
        private readonly most = 2000,
        private readonly gap: [number, number] = [0, -1],
    ) {}

    fetch = (from: number, count: number): Promise<LinesAnswer> => {
        this.asked.push([from, count]);
        const first = from >= this.gap[0] && from <= this.gap[1] ? this.gap[1] + 1 : from;
        let last = Math.min(from + count - 1, this.lines, first + this.most - 1);
        if (first < this.gap[0]) last = Math.min(last, this.gap[0] - 1);
        const lines = Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => `line ${first + i}`);
        return Promise.resolve({ from: first, lines, complete: true });
    };
}

const store = (server: Server, changed = () => {}) => new LogStore(server.fetch, changed);

describe('a log', () => {
    it('fetches only the blocks that are looked at, each once', async () => {
        const server = new Server(200_000);
        const log = store(server);
        log.size(200_000, true);
        await Promise.all([log.want(79_790, 79_840), log.want(79_800, 79_850)]);
        await log.want(79_790, 79_840);
        expect(server.asked).toEqual([[79_501, BLOCK]]);
        expect(log.line(79_802)).toBe('line 79802');
        expect(log.line(1)).toBeUndefined();
        expect(log.gone(1)).toBe(false);
    });

    it('asks for nothing beyond its end', async () => {
        const server = new Server(3);
        const log = store(server);
        await log.want(1, 50);
        log.size(3, true);
        await log.want(1, 50);
        expect(server.asked).toEqual([[1, BLOCK]]);
        expect([1, 2, 3, 4].map((n) => log.line(n))).toEqual(['line 1', 'line 2', 'line 3', undefined]);
    });

    it('takes its end as it comes and fills what it missed', async () => {
        const server = new Server(10);
        const log = store(server);
        log.size(10, false);
        await log.want(1, 10);
        server.lines = 1200;
        log.append(11, ['line 11', 'line 12']);
        expect(log.total).toBe(12);
        log.append(1000, ['line 1000']);
        expect(log.line(500)).toBeUndefined();
        await log.want(495, 505);
        expect(log.line(500)).toBe('line 500');
        expect(log.line(501)).toBe('line 501');
    });

    it('asks on when an answer holds fewer lines than a block', async () => {
        const server = new Server(400, 150);
        const log = store(server);
        log.size(400, true);
        await log.want(1, 400);
        expect(server.asked.map(([from]) => from)).toEqual([1, 151, 301]);
        expect(log.line(400)).toBe('line 400');
    });

    it('knows which lines were not kept, and does not ask for them again', async () => {
        const server = new Server(500, 2000, [101, 200]);
        const log = store(server);
        log.size(500, true);
        await log.want(1, 500);
        const asked = server.asked.length;
        await log.want(1, 500);
        expect(server.asked.length).toBe(asked);
        expect(log.gone(150)).toBe(true);
        expect(log.gone(100)).toBe(false);
        expect(log.line(201)).toBe('line 201');
    });

    it('keeps a bounded number of blocks, and its end', async () => {
        const server = new Server(200_000);
        const log = store(server);
        log.size(200_000, true);
        await log.want(199_990, 200_000);
        for (let from = 1; from < 100_000; from += BLOCK) await log.want(from, from + 1);
        expect(log.line(1)).toBeUndefined();
        expect(log.line(99_501)).toBe('line 99501');
        expect(log.line(200_000)).toBe('line 200000');
    });

    it('tries again after a fetch that failed', async () => {
        let fails = true;
        const server = new Server(5);
        const log = new LogStore((from, count) => (fails ? Promise.reject(new Error('away')) : server.fetch(from, count)), () => {});
        log.size(5, true);
        await expect(log.want(1, 5)).rejects.toThrow('away');
        fails = false;
        await log.want(1, 5);
        expect(log.line(5)).toBe('line 5');
    });

    it('tells each change and never shrinks', () => {
        let changes = 0;
        const log = store(new Server(0), () => changes++);
        log.size(4, false);
        log.size(2, false);
        log.append(5, ['x']);
        log.size(5, true);
        expect([log.total, log.complete, changes]).toEqual([5, true, 3]);
    });
});
