import { describe, expect, it } from 'vitest';
import { LogStore } from '../src/core/log-store';
import { clockOf, timeOfDay } from '../src/core/time';
import { ROW, wrapped, wrappedScrollTo, wrappedWindow } from '../src/core/viewport';

describe('wrapped lines', () => {
    it('take as many rows as their cells need', () => {
        expect([wrapped('', 10), wrapped('x'.repeat(10), 10), wrapped('x'.repeat(11), 10)]).toEqual([1, 1, 2]);
        expect(wrapped('日本語日本語', 10)).toBe(2);
        expect(wrapped('\t\t', 10)).toBe(2);
    });

    /** Each tenth line is five rows tall. */
    const by = { rows: (line: number) => (line % 10 === 0 ? 5 : 1) };
    const VIEW = 400;
    const heightOf = (first: number, last: number) => {
        let height = 0;
        for (let line = first; line <= last; line++) height += by.rows(line) * ROW;
        return height;
    };

    it.each([0, 1, 37, 500, 1234, 99_999_999])('fill the view at %d pixels', (top) => {
        const window = wrappedWindow(1000, top, VIEW, by);
        const travel = window.height - VIEW;
        const begin = window.offset - Math.min(top, travel);
        expect(begin).toBeLessThanOrEqual(0);
        expect(begin + heightOf(window.first, window.last)).toBeGreaterThanOrEqual(VIEW - 0.001);
    });

    it('end at the bottom of the view', () => {
        const window = wrappedWindow(1000, Infinity, VIEW, by);
        expect(window.last).toBe(1000);
        expect(window.offset - (window.height - VIEW) + heightOf(window.first, 1000)).toBeCloseTo(VIEW);
    });

    it('can be gone to, also where a few are taller than the view', () => {
        for (const line of [1, 10, 500, 1000]) {
            const window = wrappedWindow(1000, wrappedScrollTo(1000, line, VIEW, by), VIEW, by);
            expect(window.first).toBeLessThanOrEqual(line);
            expect(window.last).toBeGreaterThanOrEqual(line);
        }
        const tall = { rows: () => 40 };
        const window = wrappedWindow(3, wrappedScrollTo(3, 2, VIEW, tall), VIEW, tall);
        expect([window.first, window.height > VIEW]).toEqual([2, true]);
    });

    it('need no scroll bar where they fit', () => {
        expect(wrappedWindow(3, 0, VIEW, by)).toEqual({ first: 1, last: 3, offset: 0, height: VIEW });
    });
});

describe('times of lines', () => {
    it('hold up to the next one, in blocks and where lines come by themselves', async () => {
        const store = new LogStore(
            (from) => Promise.resolve({ from, lines: ['a', 'b', 'c'], complete: false, times: [{ line: 1, at: 5 }, { line: 3, at: 9 }] }),
            () => undefined,
        );
        store.size(3, false);
        await store.want(1, 3);
        store.append(4, ['d'], [{ line: 4, at: 11 }]);
        store.append(5, ['e']);
        expect([1, 2, 3, 4, 5, 600].map((line) => store.time(line))).toEqual([5, 5, 9, 11, 0, 0]);
    });

    it('are told since the beginning, or as time of the day', () => {
        expect([clockOf(0), clockOf(53_204), clockOf(64_250), clockOf(7_507_000), clockOf(-5)]).toEqual(['0.00', '53.20', '1:04.25', '2:05:07', '0.00']);
        expect(timeOfDay(new Date(2026, 10, 26, 4, 3, 2, 7).getTime())).toBe('04:03:02.007');
    });
});
