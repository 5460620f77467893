import { ApiError } from '../core/api';
import { live, signInWhenAsked } from './live.svelte';

export interface Page<T> {
    rows: T[];
    next: string | null;
}

/** The first so many pages of a list as one. */
export async function firstPages<T>(count: number, fetch: (cursor: string | undefined) => Promise<Page<T>>): Promise<Page<T>> {
    const all = await fetch(undefined);
    for (let i = 1; i < count && all.next !== null; i++) {
        const page = await fetch(all.next);
        all.rows = [...all.rows, ...page.rows];
        all.next = page.next;
    }
    return all;
}

/** A list that the server gives page by page: the newest is read again when its topic changes, older ones stay. */
export class Pages<T> {
    rows = $state.raw<T[] | null>(null);
    next = $state<string | null>(null);
    error = $state.raw<ApiError | null>(null);
    /** More than the first page is shown: then it is not read again under the reader's eyes. */
    private deep = false;
    private turn = 0;

    constructor(private readonly fetch: (cursor: string | null) => Promise<Page<T>>) {}

    /** For an effect: reads the first page at once and at each change, until it is taken back. */
    follow(topic: string): () => void {
        this.deep = false;
        void this.first();
        return live.feed.listen(() => topic, { changed: () => void (this.deep || this.first()) });
    }

    private async first() {
        const turn = ++this.turn;
        await this.take(async () => {
            const page = await this.fetch(null);
            if (turn !== this.turn) return;
            this.rows = page.rows;
            this.next = page.next;
        });
    }

    async more() {
        this.deep = true;
        await this.take(async () => {
            const page = await this.fetch(this.next);
            this.rows = [...(this.rows ?? []), ...page.rows];
            this.next = page.next;
        });
    }

    private async take(action: () => Promise<void>) {
        try {
            await action();
            this.error = null;
        } catch (error) {
            signInWhenAsked(error);
            this.error = error instanceof ApiError ? error : new ApiError(0, String(error), '');
        }
    }
}
