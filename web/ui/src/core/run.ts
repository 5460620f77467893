import type { Job, RunWithJobs } from './model';

/** The job that a run's page opens on: what failed, else what runs, else the last that printed. */
export function mostTelling(jobs: Job[]): Job | null {
    const failed = jobs.find((job) => job.outcome === 'failed') ?? jobs.find((job) => job.outcome === 'errored');
    const running = jobs.find((job) => job.state === 'running');
    const began = jobs.filter((job) => job.attempts.length > 0);
    return failed ?? running ?? began.at(-1) ?? jobs[0] ?? null;
}

/** The attempt whose log is shown unless another is chosen: the newest. */
export const newestAttempt = (job: Job): number | null => job.attempts.at(-1)?.number ?? null;

/** Where apps are live that this run rolled out, as the rollouts' evidence says. */
export function liveAt(jobs: Job[]): { name: string; url: string }[] {
    return jobs
        .filter((job) => job.kind === 'rollout' && job.outcome === 'succeeded')
        .flatMap((job) => {
            const evidence = (job.attempts.at(-1)?.evidence ?? {}) as Record<string, unknown>;
            const url = evidence['printed'] ?? evidence['url'];
            return typeof url === 'string' && /^https?:\/\//.test(url) ? [{ name: job.app ?? job.name, url }] : [];
        });
}

/** `1 failed: test. 2 passed, 1 skipped.` */
export function sentence(run: RunWithJobs): string {
    const jobs = run.jobs ?? [];
    const named = (word: string, of: Job[]) =>
        of.length === 0 ? [] : [`${of.length} ${word}: ${of.map((job) => job.name).join(', ')}`];
    const counted = (word: string, of: Job[]) => (of.length === 0 ? [] : [`${of.length} ${word}`]);
    const bad = [
        ...named('failed', jobs.filter((job) => job.outcome === 'failed')),
        ...named('errored', jobs.filter((job) => job.outcome === 'errored')),
        ...named('running', jobs.filter((job) => job.state === 'running')),
    ];
    const rest = [
        ...counted('passed', jobs.filter((job) => job.outcome === 'succeeded')),
        ...counted('skipped', jobs.filter((job) => job.outcome === 'skipped')),
        ...counted('cancelled', jobs.filter((job) => job.outcome === 'cancelled')),
        ...counted('to come', jobs.filter((job) => job.state === 'waiting' || job.state === 'queued')),
    ];
    return [...bad, rest.join(', ')].filter((part) => part !== '').map((part) => `${part}.`).join(' ');
}
