import { ApiError } from '../core/api';
import { live, signInWhenAsked } from './live.svelte';

/** Something that is read from the server, and again each time its topic changes. */
export class Resource<T> {
    data = $state.raw<T | null>(null);
    error = $state.raw<ApiError | null>(null);
    private reading = false;
    private again = false;
    private gone = false;

    constructor(private readonly fetch: () => Promise<T>) {}

    /** Reads now. While a reading is under way, one more follows it. */
    async load(): Promise<void> {
        if (this.reading) {
            this.again = true;
            return;
        }
        this.reading = true;
        do {
            this.again = false;
            await this.once();
        } while (this.again && !this.gone);
        this.reading = false;
    }

    private async once() {
        try {
            const data = await this.fetch();
            if (this.gone) return;
            this.data = data;
            this.error = null;
        } catch (error) {
            if (this.gone) return;
            signInWhenAsked(error);
            this.error = error instanceof ApiError ? error : new ApiError(0, String(error), '');
        }
    }

    /** For an effect: reads at once and at each change, until it is taken back. */
    follow(topic: string, also: { progress?: (job: number, line: string) => void } = {}): () => void {
        this.gone = false;
        void this.load();
        const stop = live.feed.listen(() => topic, { ...also, changed: () => void this.load() });
        return () => {
            this.gone = true;
            stop();
        };
    }
}
