import { describe, expect, it } from 'vitest';
import { parse, tracePath } from '../src/core/routes';
import { bars, fine, lengthOf, scale, type Span, type Trace } from '../src/core/trace';

const span = (more: Partial<Span>): Span => ({
    kind: 'step',
    job: 'test',
    attempt: 1,
    name: 'unit',
    state: 'succeeded',
    begin: 0,
    took: 1000,
    decides: false,
    usual: null,
    ...more,
});
const trace = (took: number, ...spans: Span[]): Trace => ({ run: 1, begin: '2026-01-01T00:00:00Z', took, says: '', spans });

describe('a trace', () => {
    it('has an address below its run', () => {
        expect(parse(tracePath('acme/shop', 7))).toEqual({ page: 'trace', project: 'acme/shop', run: 7 });
    });

    it('shows each span where it was', () => {
        const [one, two] = bars(trace(10_000, span({ begin: 2_500, took: 5_000 }), span({ begin: 10_000, took: 0 })));
        expect([one?.left, one?.width]).toEqual([25, 50]);
        expect(two && two.left + two.width).toBeLessThanOrEqual(100);
        expect(two?.width).toBeGreaterThan(0);
    });

    it('holds what is usual beside it', () => {
        const [one, two] = bars(trace(10_000, span({ took: 5_000, usual: { begin: 1_000, took: 2_000 } }), span({})));
        expect([one?.left, one?.width, one?.ghost]).toEqual([0, 50, { left: 10, width: 20 }]);
        expect(two?.ghost).toBeNull();
    });

    it('is a little longer than its run where that usually takes longer, and never much', () => {
        const usual = (end: number) => trace(10_000, span({ usual: { begin: 0, took: end } }));
        expect([5_000, 12_000, 60_000].map((end) => lengthOf(usual(end)))).toEqual([10_000, 12_000, 15_000]);
        expect(bars(usual(60_000))[0]?.ghost).toEqual({ left: 0, width: 100 });
        expect(bars(trace(10_000, span({ usual: { begin: 60_000, took: 1 } })))[0]?.ghost).toBeNull();
    });

    it('names what waits, what is prepared and which attempt it is', () => {
        const names = bars(
            trace(1, span({ kind: 'wait', name: 'test', attempt: 0 }), span({ kind: 'prepare', attempt: 2 }), span({ attempt: 2 }), span({ kind: 'job', name: 'test', attempt: 0 })),
        ).map((bar) => bar.name);
        expect(names).toEqual(['test waits', 'prepare, attempt 2', 'unit, attempt 2', 'test']);
    });

    it.each([300, 950, 12_345, 61_000, 600_000, 86_400_000])('of %i ms has a scale of round times', (took) => {
        const marks = scale(took);
        expect(marks.length).toBeLessThanOrEqual(7);
        expect(marks.length).toBeGreaterThanOrEqual(1);
        expect(marks.every((at) => at < took)).toBe(true);
    });

    it('tells its times apart', () => {
        expect([500, 1000, 1500, 2000, 15_000, 60_000].map(fine)).toEqual(['0.5s', '1s', '1.5s', '2s', '15s', '1m 00s']);
    });
});
