/** The pages and their addresses. A project may have a group: `/{group}/{name}/runs/7`. */
export type Route =
    | { page: 'home' }
    | { page: 'sign-in' }
    | { page: 'runs' }
    | { page: 'queue' }
    | { page: 'rollouts' }
    | { page: 'environment'; environment: string }
    | { page: 'status' }
    | { page: 'compare'; project: string }
    | { page: 'settings' }
    | { page: 'people' }
    | { page: 'audit' }
    | { page: 'invitation' }
    | { page: 'project'; project: string }
    | { page: 'app'; project: string; app: string }
    | { page: 'images'; project: string; image: number | null }
    | { page: 'project-settings'; project: string; tab: SettingsTab; delivery: string | null }
    | { page: 'run'; project: string; run: number; job: string | null }
    | { page: 'trace'; project: string; run: number }
    | { page: 'changes'; project: string; run: number }
    | { page: 'rollout'; project: string; rollout: number }
    | { page: 'missing' };

/** The parts of a project's settings, by the word in their address. */
export const TABS = { '': 'config', outgoing: 'outgoing', hooks: 'hooks', webhooks: 'webhooks', deliveries: 'deliveries', members: 'members', trust: 'trust' } as const;
export type SettingsTab = (typeof TABS)[keyof typeof TABS];

/** Pages of the instance, behind `/-/`. */
const INSTANCE: Record<string, Route> = {
    'sign-in': { page: 'sign-in' },
    runs: { page: 'runs' },
    queue: { page: 'queue' },
    runners: { page: 'queue' },
    rollouts: { page: 'rollouts' },
    status: { page: 'status' },
    settings: { page: 'settings' },
    people: { page: 'people' },
    audit: { page: 'audit' },
    invitation: { page: 'invitation' },
};

const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const ENVIRONMENT = /^[a-z][-a-z0-9]{0,62}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^[1-9][0-9]{0,8}$/;
/** Words that can be no name, since they follow a project or are doors of the server's own. */
const AFTER = new Set(
    (
        'api v2 webhooks assets www healthz readyz metrics runs rollouts releases images apps environments settings ' +
        'pipeline jobs logs config secrets tokens history'
    ).split(' '),
);

export function parse(path: string): Route {
    const parts = path.split('/').filter((part) => part !== '');
    if (parts.length === 0) return { page: 'home' };
    if (parts[0] === '-') {
        const [, word, environment, ...more] = parts;
        if (word === 'environments' && environment !== undefined && ENVIRONMENT.test(environment) && more.length === 0) {
            return { page: 'environment', environment };
        }
        return (parts.length === 2 && INSTANCE[parts[1] ?? '']) || { page: 'missing' };
    }
    const named = parts[1] !== undefined && !AFTER.has(parts[1]) ? 2 : 1;
    const names = parts.slice(0, named);
    if (!names.every((name) => NAME.test(name) && !AFTER.has(name))) return { page: 'missing' };
    return below(names.join('/'), parts.slice(named));
}

function below(project: string, rest: string[]): Route {
    const [word, number, job, ...more] = rest;
    if (word === undefined) return { page: 'project', project };
    if (word === 'apps' && number !== undefined && NAME.test(number) && job === undefined) {
        return { page: 'app', project, app: number };
    }
    if (word === 'images' && number === undefined) return { page: 'images', project, image: null };
    if (word === 'settings' && more.length === 0) return settings(project, number ?? '', job ?? null);
    if (word === 'runs' && number === 'compare' && job === undefined) return { page: 'compare', project };
    if (number === undefined || !NUMBER.test(number) || more.length > 0) return { page: 'missing' };
    if (word === 'runs' && isTab(job)) return { page: job, project, run: Number(number) };
    if (word === 'runs') {
        return { page: 'run', project, run: Number(number), job: job === undefined ? null : decoded(job) };
    }
    if (word === 'images' && job === undefined) return { page: 'images', project, image: Number(number) };
    if (word === 'rollouts' && job === undefined) {
        return { page: 'rollout', project, rollout: Number(number) };
    }
    return { page: 'missing' };
}

/** Words behind a run that are no job. */
const isTab = (word: string | undefined): word is 'trace' | 'changes' => word === 'trace' || word === 'changes';

/** A job that is called like a tab has its first letter escaped. */
const jobPart = (job: string) => (isTab(job) ? `%${job.charCodeAt(0).toString(16)}${job.slice(1)}` : encodeURIComponent(job));

function settings(project: string, word: string, delivery: string | null): Route {
    const tab = word in TABS ? TABS[word as keyof typeof TABS] : null;
    if (tab === null || (delivery !== null && (tab !== 'webhooks' || !UUID.test(delivery)))) return { page: 'missing' };
    return { page: 'project-settings', project, tab, delivery };
}

function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

export const projectPath = (project: string) => `/${project}`;
export const runPath = (project: string, run: number, job?: string) =>
    `/${project}/runs/${run}` + (job === undefined ? '' : `/${jobPart(job)}`);
export const changesPath = (project: string, run: number) => `/${project}/runs/${run}/changes`;
export const environmentPath = (environment: string) => `/-/environments/${environment}`;
export const tracePath = (project: string, run: number) => `/${project}/runs/${run}/trace`;
export const appPath = (project: string, app: string, environment = 'production') =>
    `/${project}/apps/${app}` + (environment === 'production' ? '' : `?environment=${encodeURIComponent(environment)}`);
export const imagesPath = (project: string, image?: number) => `/${project}/images` + (image === undefined ? '' : `/${image}`);
export const settingsPath = (project: string, tab?: string) => `/${project}/settings` + (tab === undefined ? '' : `/${tab}`);
/** A side is a run (`12`), a release (`app@environment`, `app@environment:31`) or a branch. */
export const comparePath = (project: string, from: string, to: string) =>
    `/${project}/runs/compare?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`;
export const webhookPath = (project: string, delivery: string) => `/${project}/settings/webhooks/${delivery}`;
export const rolloutPath = (project: string, rollout: number) => `/${project}/rollouts/${rollout}`;

/** Where to go after signing in: a page of ours, never another site. */
export function safeNext(search: string): string {
    const next = new URLSearchParams(search).get('next') ?? '/';
    const route = parse(next.split(/[?#]/)[0] ?? '/');
    const ours = /^\/(?![/\\])/.test(next) && route.page !== 'missing' && route.page !== 'sign-in' && route.page !== 'invitation';
    return ours ? next : '/';
}

/** Lines of `#L120` or `#L120-L130`; null when the fragment names none. */
export function linesOf(hash: string): { first: number; last: number } | null {
    const found = /^#L([1-9][0-9]{0,9})(?:-L([1-9][0-9]{0,9}))?$/.exec(hash);
    if (!found) return null;
    const [one, other] = [Number(found[1]), Number(found[2] ?? found[1])];
    return { first: Math.min(one, other), last: Math.max(one, other) };
}

/** `#L120`, or `#L120-L130` when there are two. */
export const hashOf = (first: number, last = first) =>
    first === last ? `#L${first}` : `#L${Math.min(first, last)}-L${Math.max(first, last)}`;
