import { LineCutter } from '../core/lines';
import { LogStore } from '../core/log-store';

/** What an app's containers print, as one text that goes on. */
export class AppLog {
    version = $state(0);
    error = $state<string | null>(null);
    readonly store = new LogStore(
        () => Promise.resolve({ from: 1, lines: [], complete: false }),
        () => this.version++,
        Infinity,
    );
    private readonly stop = new AbortController();

    constructor(private readonly url: string) {}

    /** For an effect: reads until it is taken back. */
    follow(): () => void {
        void this.read().catch(() => {
            if (!this.stop.signal.aborted) this.error = 'The log broke off. Close it and open it again.';
        });
        return () => this.stop.abort();
    }

    private async read() {
        const answer = await fetch(this.url, { signal: this.stop.signal });
        if (!answer.ok || !answer.body) throw new Error(String(answer.status));
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        const cutter = new LineCutter();
        for (;;) {
            const { done, value } = await reader.read();
            const lines = done ? cutter.end() : cutter.take(value);
            if (lines.length > 0) this.store.append(this.store.total + 1, lines);
            if (done) return this.store.size(this.store.total, true);
        }
    }
}
