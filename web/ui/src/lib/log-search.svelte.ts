import { api, read } from '../core/api';
import { nextOf, pattern, type Query } from '../core/find';

/** What is looked for in one attempt's log, and where: the server looks through all of it. */
export class LogSearch {
    query = $state<Query>({ text: '', regex: false, sameCase: false });
    hits = $state.raw<number[]>([]);
    total = $state(0);
    /** Index of the hit that is stood at; -1 for none. */
    at = $state(-1);
    looking = $state(false);
    refused = $state('');
    errors = $state.raw<number[]>([]);
    errorCount = $state(0);
    errorAt = $state(-1);
    private turn = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    find = $derived(pattern(this.query));
    line = $derived(this.hits[this.at] ?? null);

    constructor(
        private readonly job: number,
        private readonly attempt: number,
        private readonly show: (line: number) => void,
        private readonly top: () => number,
    ) {}

    /** Looks a moment after the last key. */
    typed() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.look(), 150);
    }

    async look() {
        clearTimeout(this.timer);
        const turn = ++this.turn;
        const { text, regex, sameCase } = this.query;
        this.refused = '';
        if (text === '') {
            this.take([], 0);
            return;
        }
        this.looking = true;
        try {
            const path = { job: this.job, attempt: this.attempt };
            const query = { q: text, regex, case: sameCase };
            const found = await read(api.GET('/jobs/{job}/attempts/{attempt}/log/search', { params: { path, query } }));
            if (turn === this.turn) this.take(found.hits, found.total);
        } catch (error) {
            if (turn !== this.turn) return;
            this.take([], 0);
            this.refused = error instanceof Error ? error.message.replace(/^.*?: q /, '') : String(error);
        } finally {
            if (turn === this.turn) this.looking = false;
        }
    }

    private take(hits: number[], total: number) {
        this.hits = hits;
        this.total = total;
        this.at = hits.length === 0 ? -1 : nextOf(hits, this.top() - 1);
        this.go();
    }

    next(back = false) {
        if (this.hits.length === 0) return;
        this.at = (this.at + (back ? -1 : 1) + this.hits.length) % this.hits.length;
        this.go();
    }

    private go() {
        if (this.line !== null) this.show(this.line);
    }

    async readErrors() {
        const path = { job: this.job, attempt: this.attempt };
        const found = await read(api.GET('/jobs/{job}/attempts/{attempt}/log/errors', { params: { path } }));
        this.errors = found.hits;
        this.errorCount = found.total;
    }

    firstError() {
        this.errorAt = -1;
        const line = this.errors[0];
        if (line === undefined) return;
        this.errorAt = 0;
        this.show(line);
    }

    nextError(back = false) {
        const from = this.errors[this.errorAt] ?? this.top() - 1;
        this.errorAt = nextOf(this.errors, from, back);
        const line = this.errors[this.errorAt];
        if (line !== undefined) this.show(line);
    }
}
