import { describe, expect, it } from 'vitest';
import { flakiness, lastLines, type Failure } from '../src/core/failures';
import type { Job } from '../src/core/model';

const failure = (runs: number, failed: number, flaky: number): Failure => ({ job: 'test', says: null, runs, failed, flaky, passedIn: null, same: [] });
const job = (name: string, outcome: 'failed' | 'succeeded', evidence: object) => ({ name, outcome, attempts: [{ evidence: {} }, { evidence }] }) as unknown as Job;

describe('a failure', () => {
    it('is flaky where the same commit passed', () => {
        expect(flakiness(failure(40, 5, 3))).toBe('flaky: 3 of the last 40 runs');
        expect(flakiness(failure(2, 1, 1))).toBe('flaky: it passed with the same commit');
    });
    it('is not called anything after too few runs', () => {
        expect([failure(2, 1, 0), failure(9, 1, 0), failure(9, 4, 0)].map(flakiness)).toEqual(['', 'not flaky: 0 of the last 9 runs', 'failed in 4 of the last 9 runs, not flaky']);
    });
    it('has the last lines of its newest attempt', () => {
        const many = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
        expect(lastLines([job('a', 'failed', { lastLines: many }), job('b', 'succeeded', { lastLines: many }), job('c', 'failed', {})])).toEqual([{ job: 'a', lines: many.slice(8) }]);
        expect(lastLines([job('image', 'failed', { output: 'one\ntwo\n' })])).toEqual([{ job: 'image', lines: ['one', 'two'] }]);
    });
});
