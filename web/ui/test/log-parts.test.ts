import { describe, expect, it } from 'vitest';
import { after, PLAIN, spans, styleOf } from '../src/core/ansi';
import { highlight, nextOf, pattern } from '../src/core/find';
import { leftNow, leftText, roughly, Steady } from '../src/core/left';
import { LogStore } from '../src/core/log-store';
import { foldOf, Rows } from '../src/core/rows';
import { foldsOf } from '../src/lib/log-folds';

const E = '\u001b';

describe('rows', () => {
    const folds = [
        { start: 1, end: 40, title: 'one' },
        { start: 41, end: 100, title: 'two' },
        { start: 101, end: null, title: 'three' },
    ];

    it('are the lines, and a heading for each fold', () => {
        const rows = new Rows(120, folds, () => false);
        expect(rows.total).toBe(123);
        expect([rows.at(1)?.fold?.title, rows.at(2)?.line, rows.at(41)?.line, rows.at(42)?.fold?.title]).toEqual(['one', 1, 40, 'two']);
        expect([rows.of(1), rows.of(41), rows.of(120)]).toEqual([2, 43, 123]);
        expect([rows.at(0), rows.at(124)]).toEqual([null, null]);
    });

    it('of a closed fold are its heading', () => {
        const rows = new Rows(120, folds, (fold) => fold.title === 'two');
        expect(rows.total).toBe(63);
        expect(rows.at(rows.of(70))?.fold?.title).toBe('two');
        expect(rows.at(rows.of(101))?.line).toBe(101);
    });

    it('show lines outside of folds, and leave out a fold inside another', () => {
        const rows = new Rows(10, [{ start: 3, end: 6, title: 'a' }, { start: 5, end: 8, title: 'b' }], () => false);
        expect(Array.from({ length: rows.total }, (_, i) => rows.at(i + 1)?.line ?? 'a')).toEqual([1, 2, 'a', 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(foldOf(folds, 200)?.title).toBe('three');
    });

    it('have no heading for a step that printed nothing, and none where steps printed at the same time', () => {
        const step = (name: string, firstLine: number, lastLine: number | null) => ({
            name,
            state: 'ended' as const,
            outcome: 'succeeded' as const,
            exitCode: 0,
            note: null,
            firstLine,
            lastLine,
            startedAt: null,
            endedAt: null,
        });
        const folds = foldsOf([step('a', 1, 3), step('silent', 4, 3), step('b', 4, 9)], 0);
        expect(folds.map((fold) => [fold.title, fold.start, fold.end])).toEqual([
            ['a', 1, 3],
            ['b', 4, 9],
        ]);
        expect(foldsOf([step('a', 1, 5), step('b', 4, 9)], 0)).toEqual([]);
    });

    it('there are none of nothing', () => expect(new Rows(0, [], () => true).total).toBe(0));
});

describe('colours', () => {
    it('go on over lines', () => {
        const red = after(`${E}[1;31mred`, PLAIN);
        expect(spans('still', red)).toEqual([{ text: 'still', style: 'f-red bold' }]);
        expect(after(`x${E}[0m`, red)).toEqual(PLAIN);
        expect(styleOf('1;31')).toEqual(red);
    });

    it('go on within a block and from what the server says of its beginning', async () => {
        const answer = (from: number, count: number) =>
            Promise.resolve({
                from,
                sgr: from === 501 ? '32' : '',
                complete: true,
                lines: Array.from({ length: Math.min(count, 600 - from + 1) }, (_, i) => (from + i === 510 ? `${E}[1mbold` : 'x')),
            });
        const store = new LogStore(answer, () => {});
        store.size(600, true);
        await store.want(501, 600);
        expect(spans('x', store.style(505))[0]?.style).toBe('f-green');
        expect(spans('x', store.style(511))[0]?.style).toBe('f-green bold');
    });

    it('leave links to the web, and no others', () => {
        const link = (url: string) => spans(`${E}]8;;${url}\u0007text${E}]8;;\u0007 on`);
        expect(link('https://example.org/a')).toEqual([
            { text: 'text', style: '', href: 'https://example.org/a' },
            { text: ' on', style: '' },
        ]);
        expect(link('javascript:alert(1)')).toEqual([{ text: 'text on', style: '' }]);
    });
});

describe('a search', () => {
    it('marks what it finds, over colours', () => {
        const find = pattern({ text: 'refund', regex: false, sameCase: false });
        expect(find && highlight(spans(`a REF${E}[31mUND b`), find)).toEqual([
            { text: 'a ', style: '' },
            { text: 'REF', style: 'hit' },
            { text: 'UND', style: 'f-red hit' },
            { text: ' b', style: 'f-red' },
        ]);
    });

    it('takes a text as it is and an expression as one', () => {
        expect(pattern({ text: 'a.b', regex: false, sameCase: true })?.test('axb')).toBe(false);
        expect(pattern({ text: 'a.b', regex: true, sameCase: true })?.test('axb')).toBe(true);
        expect(pattern({ text: '(', regex: true, sameCase: true })).toBeNull();
    });

    it('goes round', () => {
        expect([nextOf([5, 9], 5), nextOf([5, 9], 9), nextOf([5, 9], 5, true), nextOf([], 1)]).toEqual([1, 0, 1, -1]);
    });
});

describe('time left', () => {
    const expected = { samples: 20, usually: 130_000, mostly: 170_000, left: 40_000, longer: false };

    it('is told roughly', () => {
        expect([1_000, 38_000, 89_000, 130_000, 500_000, 3_000_000].map(roughly)).toEqual(['5s', '40s', '90s', '2m', '8m 30s', '50 min']);
    });

    it('never is nothing', () => expect(leftNow(expected, 60_000)).toBe(1000));

    it('says what it knows', () => {
        expect(leftText(expected, 0)).toBe('about 40s left, usually 2m');
        expect(leftText({ ...expected, left: null, longer: true }, 0)).toBe('longer than usual, usually 2m');
        expect(leftText({ samples: 2, usually: null, mostly: null, left: null, longer: false }, 0)).toBe('first runs');
        expect(leftText(null, 0)).toBe('');
    });

    it('rises at once and falls no faster than time', () => {
        const steady = new Steady<string>();
        const left = (key: string, milliseconds: number | null, now: number) => steady.of(key, { ...expected, left: milliseconds }, now).left;
        expect([left('a', 40_000, 0), left('a', 20_000, 1_000), left('b', 20_000, 1_000), left('a', 60_000, 2_000), left('a', null, 3_000)]).toEqual([
            40_000, 39_000, 20_000, 60_000, null,
        ]);
    });
});
