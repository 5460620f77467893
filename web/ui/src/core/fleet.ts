import type { components } from '#openapi';
import { rolloutState, runState, type State } from './states';

type Schemas = components['schemas'];
export type Fleet = Schemas['Fleet'];
export type FleetProject = Schemas['FleetProject'];
export type FleetApp = Schemas['FleetApp'];
export type MovingRun = Schemas['MovingRun'];

/** The server counts no more commits than so many. */
const COUNTED = 100;

/** A row of the fleet: an app in all its environments; or a project without any. */
export interface FleetRow {
    project: FleetProject;
    /** Null where the project has no app yet. */
    app: string | null;
    name: string;
    places: Map<string, FleetApp>;
    /** Whether something is wrong, moves, or waits; the order follows it. */
    needs: 'you' | 'nothing';
    moves: boolean;
    fails: boolean;
    behind: boolean;
    /** Who looks pushed or wrote one of its latest runs. */
    mine: boolean;
}

/** Rows in the order of what needs somebody: failing, then moving, then by name. */
export function rowsOf(fleet: Fleet): FleetRow[] {
    const moving = new Set(fleet.moving.map((run) => run.project));
    const waiting = new Set(fleet.waiting.map((job) => job.project));
    const rows = fleet.projects.flatMap((project) => {
        const apps = [...new Set(project.apps.map((app) => app.app))];
        const names = apps.length === 0 ? [null] : apps;
        return names.map((app) => rowOf(project, app, apps.length, moving.has(project.name), waiting.has(project.name)));
    });
    const weight = (row: FleetRow) => (row.fails ? 0 : row.needs === 'you' ? 1 : row.moves ? 2 : 3);
    return rows.sort((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name));
}

function rowOf(project: FleetProject, app: string | null, of: number, moves: boolean, waits: boolean): FleetRow {
    const places = new Map(project.apps.filter((one) => one.app === app).map((one) => [one.environment, one]));
    const own = [...places.values()];
    const last = project.name.split('/').at(-1);
    const alone = app === null || (of === 1 && app === last);
    const failing = project.newest?.outcome === 'failed' || project.newest?.outcome === 'errored';
    const fails = failing || own.some((one) => one.trouble !== null || rejected(one));
    return {
        project,
        app,
        name: alone ? project.name : `${project.name} / ${app}`,
        places,
        needs: fails || waits ? 'you' : 'nothing',
        moves: moves || own.some((one) => one.rollout !== null && one.rollout.state !== 'ended'),
        fails,
        behind: own.some((one) => isBehind(project, one)),
        mine: project.mine,
    };
}

/** Rows that stand together: those of one owner, the first part of a project's name. */
export interface FleetGroup {
    name: string;
    rows: FleetRow[];
}

/** Groups in the order of their first rows, so trouble floats up; what has no group of two rows stands in the last. */
export function groupsOf(rows: FleetRow[]): FleetGroup[] {
    const owner = (row: FleetRow) => (row.project.name.includes('/') ? (row.project.name.split('/')[0] ?? '') : '');
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(owner(row), (counts.get(owner(row)) ?? 0) + 1);
    const groups = new Map<string, FleetRow[]>();
    for (const row of rows) {
        const name = (counts.get(owner(row)) ?? 0) > 1 ? owner(row) : '';
        groups.set(name, [...(groups.get(name) ?? []), row]);
    }
    const found = [...groups].map(([name, own]) => ({ name, rows: own }));
    return [...found.filter((group) => group.name !== ''), ...found.filter((group) => group.name === '')];
}

/** The newest rollout did not bring its release to life. */
export const rejected = (app: FleetApp) =>
    app.rollout !== null &&
    app.rollout.state === 'ended' &&
    (app.rollout.outcome === 'failed' || app.rollout.outcome === 'errored');

/** The default branch has something that ended well and does not serve here. */
export const isBehind = (project: FleetProject, app: FleetApp) =>
    project.newest?.outcome === 'succeeded' && app.commit !== null && app.commit !== project.newest.commit && app.behind !== 0 && !rejected(app);

/** `3 commits`; by how much what serves is behind, as far as that was counted. */
export function behindText(app: FleetApp): string {
    if (app.behind === null) return 'behind';
    return app.behind >= COUNTED ? `${COUNTED}+ commits` : app.behind === 1 ? '1 commit' : `${app.behind} commits`;
}

/** What a cell of the matrix says. */
export function placeState(app: FleetApp): State {
    if (app.trouble !== null) return { look: 'failed', word: 'down' };
    if (app.rollout !== null && app.rollout.state !== 'ended') return rolloutState(app.rollout);
    if (rejected(app)) return { look: 'failed', word: 'not rolled out' };
    return app.release === null ? { look: 'queued', word: 'not rolled out' } : { look: 'passed', word: 'live' };
}

/** Which release a place has, in a few characters: `#3`, `#3 → #4`, `#4, kept #3`. */
export function placeText(app: FleetApp): string {
    const serves = app.release === null ? null : `#${app.release}`;
    if (app.rollout !== null && app.rollout.state !== 'ended') return `${serves === null ? '' : `${serves} → `}#${app.rollout.release}`;
    if (rejected(app) && app.rollout !== null) return `#${app.rollout.release}, ${serves === null ? 'nothing serves' : `kept ${serves}`}`;
    if (serves === null) return 'not rolled out';
    return app.trouble === null ? serves : `${serves} down`;
}

/** A card of the strip on top. */
export interface Card {
    key: string;
    state: State;
    title: string;
    text: string;
    detail: string;
    href: string;
    /** What is done of it, 0 to 1; null where that is not known. */
    done: number | null;
}

const short = (ref: string) => ref.replace(/^refs\/(?:heads|tags)\//, '');

/** What needs somebody now: what fails, then what moves, then what waits. */
export function cardsOf(fleet: Fleet, left: (run: MovingRun) => string): Card[] {
    const failing = fleet.projects.flatMap((project) => failures(project));
    const moving = fleet.moving
        .filter((run) => !fleet.waiting.some((job) => job.project === run.project && job.run === run.run))
        .map((run) => ({
            key: `m${run.project}/${run.run}`,
            state: { look: 'running' as const, word: 'running' },
            title: `${run.project} #${run.run} ${short(run.ref)}`,
            text: run.now.length > 0 ? run.now.join(', ') : run.cause || run.subject,
            detail: [left(run), run.author].filter((part) => part !== '').join(' · '),
            href: `/${run.project}/runs/${run.run}`,
            done: run.jobs > 0 ? run.ended / run.jobs : null,
        }));
    const waiting = fleet.waiting.map((job) => ({
        key: `w${job.project}/${job.run}/${job.job}`,
        state: { look: 'waiting' as const, word: 'waits' },
        title: `${job.project} #${job.run} waits for ${job.waits}`,
        text: job.waitsDetail ?? job.job,
        detail: job.job,
        href: `/${job.project}/runs/${job.run}/${encodeURIComponent(job.job)}`,
        done: null,
    }));
    return [...failing, ...moving, ...waiting];
}

function failures(project: FleetProject): Card[] {
    const cards: Card[] = project.apps
        .filter((app) => app.trouble !== null)
        .map((app) => ({
            key: `t${project.name}/${app.app}/${app.environment}`,
            state: { look: 'failed', word: 'down' },
            title: `${app.app} is down in ${app.environment}`,
            text: app.trouble ?? '',
            detail: `${project.name} · #${app.release}`,
            href: `/${project.name}/apps/${app.app}?environment=${app.environment}`,
            done: null,
        }));
    const run = project.newest;
    if (run && (run.outcome === 'failed' || run.outcome === 'errored')) {
        cards.push({
            key: `f${project.name}/${run.number}`,
            state: runState(run),
            title: `${project.name} ${short(run.ref)} ${runState(run).word}`,
            text: run.reason ?? run.subject,
            detail: [`run ${run.number}`, run.author].filter((part) => part !== '').join(' · '),
            href: `/${project.name}/runs/${run.number}`,
            done: null,
        });
    }
    return cards;
}
