import type { components } from '#openapi';
import { projectPath, runPath } from './routes';

export type AuditEntry = components['schemas']['AuditEntry'];

/** A row of the audit log as a sentence: who did what to what. */
export interface Deed {
    who: string;
    did: string;
    /** What it was done to; empty where that has no name. */
    what: string;
    /** Where it is shown. */
    href: string | null;
    /** The rest of the sentence. */
    more: string;
    details: { name: string; value: string }[];
}

type Words = { did: string; what?: string; more?: string };

const branch = (ref: string) => ref.replace(/^refs\/(?:heads|tags)\//, '');
const short = (commit: string) => (/^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 7) : 'nothing');
const SIGNED: Record<string, string> = { token: 'with a token', password: 'with a password', invitation: 'by an invitation', oidc: 'by the provider of identities' };

/** By the action; what is not here is shown by its own name. */
const WORDS: Record<string, (subject: string, of: (name: string) => string) => Words> = {
    push: (ref, of) => ({ did: of('new') === 'null' ? 'removed' : 'pushed', what: branch(ref), more: of('new') === 'null' ? '' : `${short(of('old'))} → ${short(of('new'))}` }),
    'project.create': () => ({ did: 'made the project' }),
    'person.invite': () => ({ did: 'invited' }),
    'person.join': () => ({ did: 'came in by the provider of identities as' }),
    'person.disable': () => ({ did: 'disabled' }),
    'person.enable': () => ({ did: 'enabled' }),
    'password.set': () => ({ did: 'chose a password', what: '' }),
    'sign-in': (by) => ({ did: 'signed in', what: '', more: SIGNED[by] ?? by }),
    'role.give': (_, of) => ({ did: `gave the role ${of('role')} to`, more: of('by') === 'provider' ? 'as the provider of identities says' : '' }),
    'role.take': () => ({ did: 'took the role of' }),
    'token.make': () => ({ did: 'made the token' }),
    'token.revoke': () => ({ did: 'revoked the token' }),
    'config.set': (_, of) => ({ did: of('secret') === 'true' ? 'set the secret' : 'set', more: of('app') === '' ? '' : `of ${of('app')}` }),
    'config.unset': (_, of) => ({ did: of('secret') === 'true' ? 'removed the secret' : 'removed', more: of('app') === '' ? '' : `of ${of('app')}` }),
    connect: (_, of) => ({ did: 'connected', more: `with ${of('url')}` }),
    'remote.rename': (_, of) => ({ did: `follows what was called ${of('from')} as` }),
    enable: () => ({ did: 'turned rolling out on for' }),
    'trust.add': () => ({ did: 'trusted' }),
    'trust.remove': () => ({ did: 'trusts no longer' }),
    'trust.members': (yes) => ({ did: yes === 'yes' ? "trusted the forge's members" : "trusts the forge's members no longer", what: '' }),
    start: (_, of) => ({ did: 'started', more: of('branch') === '' ? '' : `on ${of('branch')}` }),
    retry: () => ({ did: 'retried' }),
    cancel: () => ({ did: 'cancelled' }),
    approve: (_, of) => ({ did: 'agreed to', more: of('environment') === '' ? '' : `for ${of('environment')}` }),
    reject: (_, of) => ({ did: 'rejected', more: of('environment') === '' ? '' : `for ${of('environment')}` }),
    rollback: () => ({ did: 'rolled back' }),
    restart: () => ({ did: 'restarted' }),
    exec: (_, of) => ({ did: `ran ${of('program')} in` }),
    pause: () => ({ did: 'paused' }),
    resume: () => ({ did: 'resumed' }),
    'schedule.pause': () => ({ did: 'paused' }),
    'schedule.resume': () => ({ did: 'resumed' }),
    'hook.create': (_, of) => ({ did: of('forge') === '' ? 'made the hook' : `made a hook for ${of('forge')}:` }),
    'hook.remove': () => ({ did: 'removed the hook' }),
    'outgoing.set': () => ({ did: 'set where messages go:' }),
    'outgoing.remove': () => ({ did: 'removed the outgoing webhook', what: '' }),
    'delivery.replay': () => ({ did: 'replayed what a forge sent:' }),
};

export function deed(entry: AuditEntry): Deed {
    const of = (name: string) => text((entry.detail as Record<string, unknown>)[name]);
    const words = Object.hasOwn(WORDS, entry.action) ? WORDS[entry.action]?.(entry.subject, of) : undefined;
    return {
        who: entry.who ?? 'Slipway',
        did: words?.did ?? entry.action.replaceAll(/[.-]/g, ' '),
        what: words?.what ?? entry.subject,
        href: hrefOf(entry),
        more: words?.more ?? '',
        details: Object.entries(entry.detail as Record<string, unknown>)
            .map(([name, value]) => ({ name: name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`), value: text(value) }))
            .filter(({ value }) => value !== '' && value !== 'null'),
    };
}

function hrefOf({ subject, project }: AuditEntry): string | null {
    if (project === null) return null;
    if (subject === project) return projectPath(project);
    const run = /^run ([1-9][0-9]{0,8})$/.exec(subject);
    return run ? runPath(project, Number(run[1])) : null;
}

function text(value: unknown): string {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(text).join(', ');
    if (typeof value === 'object') return Object.entries(value).map(([name, inner]) => `${name}: ${text(inner)}`).join(', ');
    return String(value);
}
