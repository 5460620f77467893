import { describe, expect, it } from 'vitest';
import { BLOCK, blockOf } from '../src/core/log-store';
import { EarlyLines, earlyLines } from '../src/lib/early-lines';

const named = { job: 77, attempt: 2, total: 200_000, ended: true, from: 149_501, lines: ['one'] };

describe('lines that an address names', () => {
    it('are given once, to the log that they are of', async () => {
        const early = new EarlyLines(149_501, Promise.resolve(named));
        expect(await early.take(77, 2, 1)).toBeNull();
        expect(await early.take(77, 2, 149_501)).toEqual(named);
        expect(await early.take(77, 2, 149_501)).toBeNull();
    });

    it('are not taken for those of another attempt, and where they could not be read others are asked for', async () => {
        expect(await new EarlyLines(149_501, Promise.resolve(named)).take(77, 1, 149_501)).toBeNull();
        expect(await new EarlyLines(149_501, Promise.reject(new Error('away'))).take(77, 2, 149_501)).toBeNull();
    });

    it('are in one block', () => {
        expect([1, 500, 501, 150_000].map(blockOf)).toEqual([1, 1, 501, 149_501]);
        expect(blockOf(150_000) + BLOCK).toBeGreaterThan(150_000);
    });

    it('are not asked for where the address names none', () => {
        const path = { project: 'shop', run: 7 };
        expect(earlyLines(path, 'test', '', '')).toBeNull();
        expect(earlyLines(path, null, '', '#L7')).toBeNull();
    });
});
