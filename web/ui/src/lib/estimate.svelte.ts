import { api, read } from '../core/api';
import { leftText, Steady, type Expected } from '../core/left';
import { clock, signInWhenAsked } from './live.svelte';

const AGAIN = 5_000;

/** What is expected of a run while it is under way; asked for again every few seconds, since it changes by itself. */
export class RunEstimate {
    run = $state.raw<Expected | null>(null);
    jobs = $state.raw<Map<number, Expected>>(new Map());
    private at = $state(0);
    /** What was said of a job, and under 0 of the run. */
    private readonly said = new Steady<number>();

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
            const now = Date.now();
            this.run = answer.run && this.said.of(0, answer.run, now);
            this.jobs = new Map(answer.jobs.map((one) => [one.job, this.said.of(one.job, one.expected, now)]));
            this.at = now;
        } catch (error) {
            signInWhenAsked(error);
        }
    }

    /** In words, now. */
    left(of: Expected | null | undefined): string {
        return leftText(of ?? null, Math.max(clock.now - this.at, 0));
    }
}
