import type { Fleet } from './fleet';
import { environmentPath, type Route } from './routes';

/** Somewhere to go. */
export interface Target {
    title: string;
    detail: string;
    href: string;
}

const PAGES: Target[] = [
    { title: 'Fleet', detail: 'what runs where', href: '/' },
    { title: 'Runs', detail: 'of all projects', href: '/-/runs' },
    { title: 'Failed runs', detail: 'of all projects', href: '/-/runs?state=failed' },
    { title: 'My runs', detail: 'of all projects', href: '/-/runs?mine=true' },
    { title: 'Rollouts', detail: 'of all projects', href: '/-/rollouts' },
    { title: 'Status', detail: 'servers and runners', href: '/-/status' },
    { title: 'Queue', detail: 'runners and what waits for them', href: '/-/queue' },
    { title: 'Settings', detail: 'tokens', href: '/-/settings' },
    { title: 'People', detail: 'who is known, invitations', href: '/-/people' },
    { title: 'Audit log', detail: 'who did what', href: '/-/audit' },
];

/** All that a page knows of where one might want to go. */
export function targetsOf(fleet: Fleet | null, route: Route): Target[] {
    const here = 'project' in route ? route.project : null;
    const own = here === null ? [] : ofProject(here);
    const projects = (fleet?.projects ?? []).flatMap((project) => [
        { title: project.name, detail: 'project', href: `/${project.name}` },
        ...project.apps.map((app) => ({
            title: `${app.app} in ${app.environment}`,
            detail: `app of ${project.name}`,
            href: `/${project.name}/apps/${app.app}` + (app.environment === 'production' ? '' : `?environment=${app.environment}`),
        })),
        ...(project.newest
            ? [
                  {
                      title: `${project.name} #${project.newest.number} ${project.newest.subject}`,
                      detail: `run, ${project.newest.commit.slice(0, 7)}`,
                      href: `/${project.name}/runs/${project.newest.number}`,
                  },
              ]
            : []),
    ]);
    const environments = (fleet?.environments ?? []).map((name) => ({ title: name, detail: 'environment', href: environmentPath(name) }));
    return [...own, ...projects, ...environments, ...PAGES];
}

const ofProject = (project: string): Target[] => [
    { title: `Runs of ${project}`, detail: 'page', href: `/-/runs?project=${encodeURIComponent(project)}` },
    { title: `Rollouts of ${project}`, detail: 'page', href: `/-/rollouts?project=${encodeURIComponent(project)}` },
    { title: `Images of ${project}`, detail: 'page', href: `/${project}/images` },
    { title: `Settings of ${project}`, detail: 'configuration', href: `/${project}/settings` },
    { title: `Members of ${project}`, detail: 'who is what', href: `/${project}/settings/members` },
    { title: `Messages of ${project}`, detail: 'who is told what happens', href: `/${project}/settings/outgoing` },
    { title: `Hooks of ${project}`, detail: 'where forges send to', href: `/${project}/settings/hooks` },
    { title: `Webhooks of ${project}`, detail: 'what forges sent', href: `/${project}/settings/webhooks` },
    { title: `Deliveries of ${project}`, detail: 'what was pushed', href: `/${project}/settings/deliveries` },
];

/** Those that hold every word, the best first; a number is a run of the project that is shown. */
export function matching(targets: Target[], text: string, route: Route): Target[] {
    const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== '');
    const number = /^#?([1-9][0-9]{0,8})$/.exec(text.trim())?.[1];
    const run =
        number !== undefined && 'project' in route
            ? [{ title: `Run ${number}`, detail: route.project, href: `/${route.project}/runs/${number}` }]
            : [];
    const holds = (target: Target) => {
        const whole = `${target.title} ${target.detail}`.toLowerCase();
        return words.every((word) => whole.includes(word));
    };
    const first = words[0] ?? '';
    const begins = (target: Target) => (target.title.toLowerCase().startsWith(first) ? 0 : 1);
    return [...run, ...targets.filter(holds).sort((a, b) => begins(a) - begins(b))].slice(0, 12);
}
