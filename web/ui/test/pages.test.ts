import { describe, expect, it } from 'vitest';
import { comparePath, linesOf, hashOf, parse, runPath, safeNext } from '../src/core/routes';
import { atEnd, ROW, scrollTo, windowOf } from '../src/core/viewport';

describe('addresses', () => {
    it('name projects with and without a group', () => {
        expect(parse('/')).toEqual({ page: 'home' });
        expect(parse('/shop')).toEqual({ page: 'project', project: 'shop' });
        expect(parse('/acme/shop/')).toEqual({ page: 'project', project: 'acme/shop' });
        expect(parse('/shop/runs/7')).toEqual({ page: 'run', project: 'shop', run: 7, job: null });
        expect(parse('/acme/shop/runs/7')).toEqual({ page: 'run', project: 'acme/shop', run: 7, job: null });
        expect(parse('/shop/rollouts/3')).toEqual({ page: 'rollout', project: 'shop', rollout: 3 });
        expect(parse('/-/sign-in')).toEqual({ page: 'sign-in' });
    });

    it('name the parts of the settings and what forges sent', () => {
        expect(parse('/shop/settings')).toEqual({ page: 'project-settings', project: 'shop', tab: 'config', delivery: null });
        expect(parse('/acme/shop/settings/hooks')).toMatchObject({ project: 'acme/shop', tab: 'hooks' });
        expect(parse('/shop/settings/outgoing')).toMatchObject({ tab: 'outgoing', delivery: null });
        expect(parse('/shop/settings/trust')).toMatchObject({ tab: 'trust', delivery: null });
        const id = '0c0ffee0-0000-4000-8000-000000000002';
        expect(parse(`/shop/settings/webhooks/${id}`)).toMatchObject({ tab: 'webhooks', delivery: id });
        expect(parse('/shop/settings/webhooks/1')).toEqual({ page: 'missing' });
        expect(parse(`/shop/settings/hooks/${id}`)).toEqual({ page: 'missing' });
    });

    it('name what is compared', () => {
        expect(parse('/acme/shop/runs/compare')).toEqual({ page: 'compare', project: 'acme/shop' });
        expect(comparePath('acme/shop', 'web@production:3', 'feature/a&b')).toBe('/acme/shop/runs/compare?from=web%40production%3A3&to=feature%2Fa%26b');
    });

    it('name a job, whatever its name holds', () => {
        expect(parse(runPath('acme/shop', 7, 'image a/b'))).toEqual({
            page: 'run',
            project: 'acme/shop',
            run: 7,
            job: 'image a/b',
        });
    });

    it('keep tabs of a run and jobs of the same name apart', () => {
        expect(parse('/shop/runs/7/changes')).toEqual({ page: 'changes', project: 'shop', run: 7 });
        expect(parse('/shop/runs/7/trace')).toEqual({ page: 'trace', project: 'shop', run: 7 });
        expect(runPath('shop', 7, 'trace')).toBe('/shop/runs/7/%74race');
        for (const job of ['trace', 'changes']) expect(parse(runPath('shop', 7, job))).toEqual({ page: 'run', project: 'shop', run: 7, job });
    });

    it.each(['/-/x', '/Shop', '/shop/runs', '/shop/runs/0', '/shop/runs/x', '/a/b/c', '/shop/rollouts/3/x', '/runs/7'])(
        '%s is no page',
        (path) => expect(parse(path)).toEqual({ page: 'missing' }),
    );

    it('name lines', () => {
        expect([linesOf('#L12'), linesOf('#L20-L12'), linesOf('#L0'), linesOf('#x')]).toEqual([
            { first: 12, last: 12 },
            { first: 12, last: 20 },
            null,
            null,
        ]);
        expect([hashOf(7), hashOf(9, 7)]).toEqual(['#L7', '#L7-L9']);
    });

    it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/-/sign-in', 'javascript:alert(1)', ''])(
        'never lead from signing in to %s',
        (next) => expect(safeNext(`?next=${encodeURIComponent(next)}`)).toBe('/'),
    );

    it('lead back to where one was', () => {
        expect(safeNext(`?next=${encodeURIComponent('/shop/runs/7#L3')}`)).toBe('/shop/runs/7#L3');
    });
});

describe('what can be seen of a log', () => {
    it('is a window around the scroll position', () => {
        expect(windowOf(0, 0, 600)).toMatchObject({ last: 0, height: 0 });
        const view = windowOf(1000, 100 * ROW, 10 * ROW);
        expect(view).toEqual({ first: 81, last: 130, offset: 80 * ROW, height: 1000 * ROW });
    });

    it('reaches both ends of five million lines', () => {
        const top = windowOf(5_000_000, 0, 900);
        expect([top.first, top.offset, top.height]).toEqual([1, 0, 8_000_000]);
        const end = windowOf(5_000_000, 8_000_000 - 900, 900);
        expect(end.last).toBe(5_000_000);
        expect(end.offset + (end.last - end.first + 1) * ROW).toBeCloseTo(8_000_000, 3);
    });

    it.each([1000, 5_000_000])('shows a line of %i that was asked for', (total) => {
        for (const line of [1, 500, total / 2, total]) {
            const view = windowOf(total, scrollTo(total, line, 600), 600);
            expect(view.first).toBeLessThanOrEqual(line);
            expect(view.last).toBeGreaterThanOrEqual(line);
        }
    });

    it('is at the end within one line of it', () => {
        expect(atEnd(400, 600, 1000)).toBe(true);
        expect(atEnd(390, 600, 1000)).toBe(true);
        expect(atEnd(300, 600, 1000)).toBe(false);
    });
});
