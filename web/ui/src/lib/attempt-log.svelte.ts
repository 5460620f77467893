import { api, read } from '../core/api';
import { LogStore } from '../core/log-store';
import { live, signInWhenAsked } from './live.svelte';

/** One attempt's log as a page shows it: history by blocks, the end by events. */
export class AttemptLog {
    version = $state(0);
    readonly store: LogStore;

    constructor(
        private readonly job: number,
        private readonly attempt: number,
    ) {
        this.store = new LogStore(
            (from, count) => this.lines(from, count),
            () => this.version++,
        );
    }

    private async lines(from: number, count: number) {
        const path = { job: this.job, attempt: this.attempt };
        const query = { from, count };
        const answer = await read(
            api.GET('/jobs/{job}/attempts/{attempt}/log/lines', { params: { path, query } }),
        );
        return {
            from: answer.from ?? from,
            lines: answer.lines ?? [],
            complete: answer.complete ?? false,
            sgr: answer.sgr ?? '',
            times: answer.times ?? [],
        };
    }

    /** For an effect: reads how long the log is, and listens for more while there may be some. */
    follow(): () => void {
        let ended = false;
        let stop = () => {};
        const path = { job: this.job, attempt: this.attempt };
        read(api.GET('/jobs/{job}/attempts/{attempt}/log', { params: { path } }))
            .then((size) => {
                this.store.size(size.lines ?? 0, size.complete ?? false);
                if (ended || this.store.complete) return;
                stop = live.feed.listen(() => `log:${this.job}:${this.attempt}@${this.store.total + 1}`, {
                    log: (event) => {
                        if (event.lines.length > 0) this.store.append(event.from, event.lines, event.times);
                        if (event.complete) {
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
