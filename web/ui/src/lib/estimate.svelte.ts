import { api, read } from '../core/api';
import { leftText, type Expected } from '../core/left';
import { clock, signInWhenAsked } from './live.svelte';

const AGAIN = 5_000;

/** What is expected of a run while it is under way; asked for again every few seconds, since it changes by itself. */
export class RunEstimate {
    run = $state.raw<Expected | null>(null);
    jobs = $state.raw<Map<number, Expected>>(new Map());
    private at = $state(0);

    constructor(private readonly path: { project: string; run: number }) {}

    /** For an effect: reads until it is taken back. */
    follow(): () => void {
        const timer = setInterval(() => {
            if (!document.hidden) void this.load();
        }, AGAIN);
        void this.load();
        return () => clearInterval(timer);
    }

    async load() {
        try {
            const answer = await read(
                api.GET('/projects/{project}/runs/{run}/estimate', { params: { path: this.path } }),
            );
            this.run = answer.run;
            this.jobs = new Map(answer.jobs.map((one) => [one.job, one.expected]));
            this.at = Date.now();
        } catch (error) {
            signInWhenAsked(error);
        }
    }

    /** In words, now. */
    left(of: Expected | null | undefined): string {
        return leftText(of ?? null, Math.max(clock.now - this.at, 0));
    }
}
