import type { components } from '#openapi';
import type { Job } from './model';

export type Failure = components['schemas']['Failure'];

/** Fewer runs say nothing about whether a failure comes and goes. */
const FEWEST = 3;

/** Whether the job comes and goes, as one short text; empty where too little is known. */
export function flakiness(one: Failure): string {
    const runs = `the last ${one.runs} runs`;
    if (one.flaky > 0) return one.runs < FEWEST ? 'flaky: it passed with the same commit' : `flaky: ${one.flaky} of ${runs}`;
    if (one.runs < FEWEST) return '';
    return one.failed > 1 ? `failed in ${one.failed} of ${runs}, not flaky` : `not flaky: 0 of ${runs}`;
}

/** So many of the last lines are shown beside a cause. */
const LINES = 12;

/** The last lines of the jobs that failed, as the evidence has them. */
export function lastLines(jobs: Job[]): { job: string; lines: string[] }[] {
    return jobs
        .filter((job) => job.outcome === 'failed' || job.outcome === 'errored')
        .map((job) => {
            const evidence = (job.attempts.at(-1)?.evidence ?? {}) as Record<string, unknown>;
            return { job: job.name, lines: linesOf(evidence['lastLines'] ?? evidence['output']) };
        })
        .filter((one) => one.lines.length > 0)
        .slice(0, 3);
}

function linesOf(value: unknown): string[] {
    const lines = typeof value === 'string' ? value.trimEnd().split('\n') : Array.isArray(value) ? value.map(String) : [];
    return lines.slice(-LINES);
}
