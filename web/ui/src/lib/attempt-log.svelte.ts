import { api, read } from '../core/api';
import { LogStore } from '../core/log-store';
import type { EarlyLines } from './early-lines';
import { live, signInWhenAsked } from './live.svelte';

/** One attempt's log as a page shows it: history by blocks, the end by events. */
export class AttemptLog {
    version = $state(0);
    readonly store: LogStore;
    /** Kept once something can be seen, or nothing ever will. */
    readonly shown: Promise<void>;
    private tellShown: () => void = () => {};

    /**
     * @param known lines that it has at least
     * @param early a block that was asked for already
     */
    constructor(
        private readonly job: number,
        private readonly attempt: number,
        known: number,
        private readonly early: EarlyLines | null,
    ) {
        this.store = new LogStore(
            (from, count) => this.lines(from, count),
            () => this.version++,
        );
        this.shown = new Promise((resolve) => (this.tellShown = resolve));
        if (known > 0) this.store.size(known, false);
    }

    private async lines(from: number, count: number) {
        try {
            const answer = (await this.takeEarly(from)) ?? (await this.read(from, count));
            return {
                from: answer.from ?? from,
                lines: answer.lines ?? [],
                complete: answer.complete ?? false,
                sgr: answer.sgr ?? '',
                times: answer.times ?? [],
            };
        } finally {
            this.tellShown();
        }
    }

    private async takeEarly(from: number) {
        const named = (await this.early?.take(this.job, this.attempt, from)) ?? null;
        if (named?.ended) this.store.size(named.total, true);
        return named;
    }

    private read(from: number, count: number) {
        const path = { job: this.job, attempt: this.attempt };
        const query = { from, count };
        return read(api.GET('/jobs/{job}/attempts/{attempt}/log/lines', { params: { path, query } }));
    }

    private async readSize() {
        const path = { job: this.job, attempt: this.attempt };
        const size = await read(api.GET('/jobs/{job}/attempts/{attempt}/log', { params: { path } }));
        this.store.size(size.lines ?? 0, size.complete ?? false);
    }

    /** For an effect: reads how long the log is, and listens for more while there may be some. */
    follow(): () => void {
        let ended = false;
        let stop = () => {};
        this.readSize()
            .then(() => {
                if (this.store.total === 0 && this.store.complete) this.tellShown();
                if (ended || this.store.complete) return;
                stop = live.feed.listen(() => `log:${this.job}:${this.attempt}@${this.store.total + 1}`, {
                    resync: () => void this.readSize().catch(signInWhenAsked),
                    log: (event) => {
                        if (event.lines.length > 0) this.store.append(event.from, event.lines, event.times);
                        if (event.complete) {
                            this.tellShown();
                            this.store.size(this.store.total, true);
                            stop();
                        }
                    },
                });
            })
            .catch(signInWhenAsked);
        return () => {
            ended = true;
            stop();
        };
    }
}
