import { describe, expect, it } from 'vitest';
import { shown } from '../src/core/evidence';
import { LineCutter } from '../src/core/lines';
import { markdown } from '../src/core/markdown';
import type { App, Job } from '../src/core/model';
import { liveAt, mostTelling } from '../src/core/run';
import { appState, jobState, runState } from '../src/core/states';
import { ago, duration, elapsed } from '../src/core/time';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe('times', () => {
    it('says how long', () => {
        const said = [0, 400, 1000, 55_400, 64_000, 3_600_000, 7_500_000, 180_000_000].map(duration);
        expect(said).toEqual(['0.0s', '0.4s', '1s', '55s', '1m 04s', '1h 00m', '2h 05m', '2d 2h']);
        expect(duration(-5)).toBe('0.0s');
    });

    it('says how long ago', () => {
        const said = [0, 44, 61, 7200, 90_000, 200_000].map((seconds) => ago(before(seconds), NOW));
        expect(said).toEqual(['now', '40s ago', '1 min ago', '2 h ago', 'yesterday', '2 days ago']);
    });

    it('counts on while something has not ended', () => {
        expect(elapsed(before(30), null, NOW)).toBe('30s');
        expect(elapsed(before(30), before(10), NOW)).toBe('20s');
        expect(elapsed(null, null, NOW)).toBeNull();
    });
});

const app = (more: Partial<App>) =>
    ({ app: 'web', environment: 'production', url: null, release: 1, trouble: null, rollout: null, ...more }) as App;
const job = (more: Partial<Job>) => ({ name: 'test', state: 'ended', outcome: 'succeeded', attempts: [], ...more }) as unknown as Job;

describe('states', () => {
    it('keeps failed, errored and cancelled apart', () => {
        const words = (['failed', 'errored', 'cancelled', 'skipped', 'succeeded'] as const).map(
            (outcome) => runState({ state: 'ended', outcome }).word,
        );
        expect(words).toEqual(['failed', 'errored', 'cancelled', 'skipped', 'passed']);
    });

    it('says what a job waits for', () => {
        const waits = { state: 'waiting', outcome: null, waits: 'approval', waitsDetail: 'of a maintainer' } as Job;
        expect(jobState(waits)).toEqual({ look: 'waiting', word: 'waits for approval: of a maintainer' });
        expect(jobState({ ...waits, waits: 'needs', waitsDetail: null }).look).toBe('queued');
    });

    it('calls an app down as soon as it has trouble, and live while a bad release failed beside it', () => {
        const failed = { number: 3, release: 2, state: 'ended', outcome: 'failed', cause: 'no' } as const;
        expect(appState(app({ trouble: 'it crashed' })).word).toBe('down');
        expect(appState(app({ rollout: failed })).word).toBe('live');
        expect(appState(app({ rollout: failed, release: null })).word).toBe('failed');
        expect(appState(app({ rollout: { ...failed, state: 'checking', outcome: null } })).word).toBe('checking health');
        expect(appState(app({ release: null })).word).toBe('not rolled out');
    });
});

describe('a run', () => {
    it('opens on what failed, else on what runs, else on what printed last', () => {
        const attempt = { attempts: [{ number: 1 }] as Job['attempts'] };
        const passed = job({ name: 'a', ...attempt });
        const running = job({ name: 'b', state: 'running', outcome: null, ...attempt });
        const failed = job({ name: 'c', outcome: 'failed', ...attempt });
        const skipped = job({ name: 'd', outcome: 'skipped' });
        expect(mostTelling([passed, running, failed, skipped])?.name).toBe('c');
        expect(mostTelling([passed, running])?.name).toBe('b');
        expect(mostTelling([passed, skipped])?.name).toBe('a');
        expect(mostTelling([])).toBeNull();
    });

    it('links to where apps are live, and to nothing that is no web address', () => {
        const rollout = (evidence: unknown) =>
            job({ kind: 'rollout', app: 'web', attempts: [{ number: 1, evidence }] as Job['attempts'] });
        expect(liveAt([rollout({ url: 'http://web.localhost', printed: 'http://web.localhost:8080' })])).toEqual([
            { name: 'web', url: 'http://web.localhost:8080' },
        ]);
        expect(liveAt([rollout({ url: 'javascript:alert(1)' }), rollout({}), job({ kind: 'image' })])).toEqual([]);
    });
});

describe('evidence', () => {
    it('shows short facts and texts apart, and nothing twice', () => {
        const said = 'your app listens on 127.0.0.1:3000';
        expect(shown({ sentence: said, again: said, listens: ['127.0.0.1:3000'], log: 'a\nb', exitCode: 1, none: null }, said)).toEqual({
            facts: [
                { name: 'listens on', value: '127.0.0.1:3000' },
                { name: 'exit code', value: '1' },
            ],
            texts: [{ name: 'last lines of the container', text: 'a\nb' }],
        });
        expect(shown(null, null)).toEqual({ facts: [], texts: [] });
    });
});

describe('text that comes in pieces', () => {
    it('is cut into lines, each as a terminal would leave it', () => {
        const cutter = new LineCutter();
        expect(cutter.take('one\ntw')).toEqual(['one']);
        expect(cutter.take('o\r\n10 %\r90 %\nrest')).toEqual(['two', '90 %']);
        expect(cutter.end()).toEqual(['rest']);
        expect(cutter.end()).toEqual([]);
    });
});

describe('lines as Markdown', () => {
    it('stand in a fence that they cannot end', () => {
        expect(markdown(['a', 'b'], 'http://x/#L1-L2')).toBe('```\na\nb\n```\nhttp://x/#L1-L2\n');
        expect(markdown(['````'], 'u')).toBe('`````\n````\n`````\nu\n');
    });
});
