import { describe, expect, it } from 'vitest';
import { deed, type AuditEntry } from '../src/core/audit';

const entry = (action: string, subject: string, detail: object = {}, more: Partial<AuditEntry> = {}): AuditEntry => ({
    at: '2026-01-31T12:00:00Z',
    who: 'anna',
    action,
    subject,
    project: null,
    address: null,
    detail: detail as AuditEntry['detail'],
    ...more,
});
const said = (...of: Parameters<typeof entry>) => {
    const { who, did, what, more } = deed(entry(...of));
    return [who, did, what, more].filter((part) => part !== '').join(' ');
};
const commit = (digit: string) => digit.repeat(40);

describe('the audit log', () => {
    it('says who did what to what', () => {
        expect(said('push', 'refs/heads/main', { old: commit('a'), new: commit('b') })).toBe('anna pushed main aaaaaaa → bbbbbbb');
        expect(said('push', 'refs/heads/main', { old: 'null', new: commit('b') })).toBe('anna pushed main nothing → bbbbbbb');
        expect(said('push', 'refs/tags/v1', { old: commit('a'), new: 'null' })).toBe('anna removed v1');
        expect(said('role.give', 'joe', { role: 'developer' })).toBe('anna gave the role developer to joe');
        expect(said('role.give', 'joe', { role: 'viewer', by: 'provider' }, { who: null })).toBe('Slipway gave the role viewer to joe as the provider of identities says');
        expect(said('config.set', 'KEY', { app: 'web', secret: true, version: 3 })).toBe('anna set the secret KEY of web');
        expect(said('config.unset', 'KEY', { app: '', secret: false, version: 3 })).toBe('anna removed KEY');
        expect(said('sign-in', 'token')).toBe('anna signed in with a token');
        expect(said('password.set', 'anna')).toBe('anna chose a password');
        expect(said('approve', 'run 7', { environment: 'production' })).toBe('anna agreed to run 7 for production');
        expect(said('remote.rename', 'acme/new', { from: 'acme/old', url: 'https://git.example/acme/new' }, { who: null })).toBe('Slipway follows what was called acme/old as acme/new');
        expect(said('exec', 'web in production', { program: 'sh', words: 1 })).toBe('anna ran sh in web in production');
    });

    it('says what it does not know by its own name', () => {
        expect(said('caches.sweep-all', 'everything')).toBe('anna caches sweep all everything');
        expect(said('constructor', 'x')).toBe('anna constructor x');
    });

    it('has details of any shape, and none that say nothing', () => {
        expect(deed(entry('start', 'run 3', { branch: 'main', inputs: { level: 'debug', tags: ['a', 'b'] }, configVersion: 3, why: '', old: 'null' })).details).toEqual([
            { name: 'branch', value: 'main' },
            { name: 'inputs', value: 'level: debug, tags: a, b' },
            { name: 'config version', value: '3' },
        ]);
    });

    it('leads to runs and projects', () => {
        expect(deed(entry('retry', 'run 12', {}, { project: 'acme/shop' })).href).toBe('/acme/shop/runs/12');
        expect(deed(entry('pause', 'acme/shop', {}, { project: 'acme/shop' })).href).toBe('/acme/shop');
        expect(deed(entry('retry', 'run 12')).href).toBeNull();
        expect(deed(entry('token.make', 'javascript:alert(1)', {}, { project: 'acme/shop' })).href).toBeNull();
    });
});
