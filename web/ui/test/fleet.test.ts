import { describe, expect, it } from 'vitest';
import { behindText, cardsOf, groupsOf, isBehind, placeState, placeText, rowsOf, type Fleet, type FleetApp, type FleetProject } from '../src/core/fleet';
import { matching, targetsOf } from '../src/core/jump';
import { parse } from '../src/core/routes';
import { bytes } from '../src/core/sizes';

const app = (more: Partial<FleetApp> = {}): FleetApp => ({
    app: 'web',
    environment: 'production',
    url: null,
    release: 31,
    commit: 'aaa',
    since: null,
    trouble: null,
    rollout: null,
    behind: null,
    ...more,
});
const newest = (outcome: 'succeeded' | 'failed' | null, commit = 'aaa') => ({
    number: 7,
    ref: 'refs/heads/main',
    commit,
    subject: 'Prices',
    author: 'mira',
    state: outcome === null ? ('running' as const) : ('ended' as const),
    outcome,
    reason: outcome === 'failed' ? 'test failed' : null,
    createdAt: '2026-11-23T02:10:03Z',
    endedAt: null,
});
const project = (name: string, more: Partial<FleetProject> = {}): FleetProject => ({
    name,
    defaultBranch: 'main',
    paused: false,
    newest: newest('succeeded'),
    latest: [],
    leadTime: null,
    mine: false,
    apps: [app()],
    ...more,
});
const fleet = (projects: FleetProject[], more: Partial<Fleet> = {}): Fleet => ({
    checkedAt: '2026-11-23T02:10:03Z',
    environments: ['production'],
    projects,
    moving: [],
    waiting: [],
    next: null,
    ...more,
});

describe('the fleet', () => {
    it('puts what needs somebody first', () => {
        const rows = rowsOf(
            fleet([project('a'), project('b', { newest: newest(null) }), project('z', { newest: newest('failed') })], {
                moving: [{ project: 'b', run: 7, ref: '', subject: '', author: '', cause: '', jobs: 2, ended: 1, now: [], createdAt: '', expected: null }],
            }),
        );
        expect(rows.map((row) => [row.name, row.fails, row.moves])).toEqual([
            ['z / web', true, false],
            ['b / web', false, true],
            ['a / web', false, false],
        ]);
    });

    it('names an app by its project where that is enough', () => {
        const two = project('shop', { apps: [app(), app({ app: 'worker' })] });
        expect(rowsOf(fleet([two, project('acme/web'), project('empty', { apps: [] })])).map((row) => row.name)).toEqual([
            'acme/web',
            'empty',
            'shop / web',
            'shop / worker',
        ]);
    });

    it('stands together by owner, those with trouble first', () => {
        const projects = [project('acme/a'), project('acme/b'), project('beta/a', { newest: newest('failed') }), project('beta/b'), project('solo/x'), project('shop')];
        expect(groupsOf(rowsOf(fleet(projects))).map((group) => [group.name, group.rows.map((row) => row.project.name)])).toEqual([
            ['beta', ['beta/a', 'beta/b']],
            ['acme', ['acme/a', 'acme/b']],
            ['', ['shop', 'solo/x']],
        ]);
        expect(groupsOf(rowsOf(fleet([project('a'), project('acme/b')])))).toMatchObject([{ name: '' }]);
    });

    it('says what a place is in', () => {
        const rollout = { number: 3, release: 32, state: 'ended' as const, outcome: 'failed' as const, cause: null };
        expect(placeState(app())).toEqual({ look: 'passed', word: 'live' });
        expect(placeState(app({ rollout })).look).toBe('failed');
        expect(placeState(app({ rollout: { ...rollout, state: 'checking', outcome: null } })).look).toBe('running');
        expect(placeState(app({ trouble: 'gone' })).word).toBe('down');
        expect(isBehind(project('a', { newest: newest('succeeded', 'bbb') }), app())).toBe(true);
        expect(isBehind(project('a'), app())).toBe(false);
        expect(isBehind(project('a', { newest: newest('succeeded', 'bbb') }), app({ behind: 0 }))).toBe(false);
        expect([null, 1, 3, 100].map((behind) => behindText(app({ behind })))).toEqual(['behind', '1 commit', '3 commits', '100+ commits']);
    });

    it('says in a few characters which release a place has', () => {
        const rollout = { number: 3, release: 32, state: 'ended' as const, outcome: 'failed' as const, cause: null };
        const texts = [
            app(),
            app({ trouble: 'gone' }),
            app({ rollout }),
            app({ rollout, release: null }),
            app({ rollout: { ...rollout, state: 'checking', outcome: null } }),
            app({ rollout: { ...rollout, state: 'starting', outcome: null }, release: null }),
            app({ release: null }),
        ].map(placeText);
        expect(texts).toEqual(['#31', '#31 down', '#32, kept #31', '#32, nothing serves', '#31 → #32', '#32', 'not rolled out']);
    });

    it('knows what is mine', () => {
        expect(rowsOf(fleet([project('a'), project('b', { mine: true })])).map((row) => [row.project.name, row.mine])).toEqual([
            ['a', false],
            ['b', true],
        ]);
    });

    it('has a card for what fails, moves and waits', () => {
        const cards = cardsOf(
            fleet([project('a', { newest: newest('failed'), apps: [app({ trouble: 'exit status 1' })] })], {
                moving: [{ project: 'b', run: 7, ref: 'refs/heads/main', subject: 's', author: 'mira', cause: '', jobs: 4, ended: 1, now: ['unit'], createdAt: '', expected: null }],
                waiting: [{ project: 'c', run: 2, job: 'rollout', waits: 'approval', waitsDetail: null, createdAt: '' }],
            }),
            () => 'about 40s left',
        );
        expect(cards.map((card) => [card.state.look, card.title, card.text, card.detail, card.done])).toEqual([
            ['failed', 'web is down in production', 'exit status 1', 'a · #31', null],
            ['failed', 'a main failed', 'test failed', 'run 7 · mira', null],
            ['running', 'b #7 main', 'unit', 'about 40s left · mira', 0.25],
            ['waiting', 'c #2 waits for approval', 'rollout', 'rollout', null],
        ]);
    });
});

describe('jumping', () => {
    const targets = targetsOf(fleet([project('shop')]), parse('/shop'));
    it('finds by words and takes a number for a run', () => {
        expect(matching(targets, 'im sh', parse('/shop'))[0]?.href).toBe('/shop/images');
        expect(matching(targets, '1842', parse('/shop'))[0]?.href).toBe('/shop/runs/1842');
        expect(matching(targets, '1842', parse('/'))).toEqual([]);
        expect(matching(targets, 'fleet', parse('/'))[0]?.href).toBe('/');
        expect(matching(targets, 'production environment', parse('/'))[0]?.href).toBe('/-/environments/production');
    });
});

describe('pages', () => {
    it('have their addresses', () => {
        expect(parse('/-/runs')).toEqual({ page: 'runs' });
        expect(parse('/-/runners')).toEqual({ page: 'queue' });
        expect(parse('/-/rollouts')).toEqual({ page: 'rollouts' });
        expect(parse('/-/status')).toEqual({ page: 'status' });
        expect(parse('/-/environments/pr-12')).toEqual({ page: 'environment', environment: 'pr-12' });
        for (const path of ['/-/environments', '/-/environments/A', '/-/environments/a/b']) expect(parse(path)).toEqual({ page: 'missing' });
        expect(parse('/acme/shop/apps/web')).toEqual({ page: 'app', project: 'acme/shop', app: 'web' });
        expect(parse('/shop/images/3')).toEqual({ page: 'images', project: 'shop', image: 3 });
        expect(parse('/shop/settings/deliveries')).toEqual({ page: 'project-settings', project: 'shop', tab: 'deliveries', delivery: null });
    });
    it('tell sizes', () => expect([912, 4_200, 3_140_000, 214_000_000, 2.5e9].map(bytes)).toEqual(['912 B', '4.2 kB', '3.1 MB', '214 MB', '2.5 GB']));
});
