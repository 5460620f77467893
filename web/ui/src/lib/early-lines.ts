import type { components } from '#openapi';
import { api, read } from '../core/api';
import { BLOCK, blockOf } from '../core/log-store';
import { linesOf } from '../core/routes';

type Named = components['schemas']['NamedLines'];

/** The block of a log that the page's address names, asked for before the run is known. */
export class EarlyLines {
    private answer: Promise<Named | null> | null;

    constructor(
        private readonly from: number,
        answer: Promise<Named>,
    ) {
        this.answer = answer.catch(() => null); // then it is asked for as any other
    }

    /** The block if it is this one; given once. */
    async take(job: number, attempt: number, from: number): Promise<Named | null> {
        if (from !== this.from || this.answer === null) return null;
        const { answer } = this;
        this.answer = null;
        const named = await answer;
        return named !== null && named.job === job && named.attempt === attempt && named.from === from ? named : null;
    }
}

/** Null where the address names no line. */
export function earlyLines(path: { project: string; run: number }, job: string | null, search: string, hash: string): EarlyLines | null {
    const lines = linesOf(hash);
    if (job === null || lines === null) return null;
    const from = blockOf(lines.first);
    const attempt = Number(new URLSearchParams(search).get('attempt') ?? '0');
    const query = { job, from, count: BLOCK, ...(Number.isInteger(attempt) && attempt > 0 ? { attempt } : {}) };
    return new EarlyLines(from, read(api.GET('/projects/{project}/runs/{run}/log', { params: { path, query } })));
}
