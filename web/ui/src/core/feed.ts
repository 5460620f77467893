import type { components } from '#openapi';

/** What the feed needs of an EventSource. */
export interface Source {
    readyState: number;
    addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
    close(): void;
}

type Events = components['schemas'];

export type LogEvent = Events['LogEvent'];

export interface Listener {
    /** Read again what the topic names. Also comes when the stream begins, and after each time it was away. */
    changed?(): void;
    log?(event: LogEvent): void;
    /** Lines of the log were left out: read again how long it is. */
    resync?(): void;
    progress?(job: number, line: string): void;
}

export interface FeedParts {
    open: (url: string) => Source;
    /** Calls back later; returns what takes it back. */
    later: (action: () => void, milliseconds: number) => () => void;
    /** Told when the stream is away and when it is back. */
    connected: (yes: boolean) => void;
}

interface Entry {
    topic: () => string;
    key: string;
    listener: Listener;
}

const CLOSED = 2;
/** A server that is started again is met within this time, in milliseconds. */
const SLOWEST = 5_000;

/**
 * One stream of events per tab, for all that is shown: what is listened to decides its topics. It is opened anew when they
 * change and, with growing pauses, when it breaks for good; the browser itself resumes after shorter breaks.
 */
export class EventFeed {
    private readonly entries = new Set<Entry>();
    private source: Source | null = null;
    private open: string = '';
    private cancel: (() => void) | null = null;
    private failures = 0;

    constructor(private readonly parts: FeedParts) {}

    /**
     * Listens until the returned function is called.
     *
     * @param topic asked each time the stream opens: `run:shop/7`, or `log:77:2@120`, whose line moves on
     */
    listen(topic: () => string, listener: Listener): () => void {
        const entry = { topic, key: keyOf(topic()), listener };
        this.entries.add(entry);
        this.arrange();
        return () => {
            this.entries.delete(entry);
            this.arrange();
        };
    }

    /** Topics change in bursts, when one page follows another: the stream is opened once. */
    private arrange() {
        this.cancel?.();
        this.cancel = this.parts.later(() => this.reopen(false), 20);
    }

    private reopen(anyway: boolean) {
        this.cancel = null;
        const keys = [...new Set([...this.entries].map((entry) => entry.key))].sort().join();
        if (!anyway && keys === this.open && this.source !== null) return;
        this.source?.close();
        this.source = null;
        this.open = keys;
        if (keys === '') {
            this.parts.connected(true); // a page that listens to nothing, such as the one to sign in, misses nothing
            return;
        }
        const topics = [...new Map([...this.entries].map((entry) => [entry.key, entry.topic()])).values()];
        this.connect(this.parts.open(`/api/v1/stream?topics=${encodeURIComponent(topics.join())}`));
    }

    private connect(source: Source) {
        this.source = source;
        const on = (type: string, act: (event: MessageEvent<string>) => void) =>
            source.addEventListener(type, (event) => {
                if (this.source === source) act(event);
            });
        on('open', () => {
            this.failures = 0;
            this.parts.connected(true);
        });
        on('error', () => this.broken(source));
        on('changed', (event) => this.changed(event.data));
        on('resync', (event) => this.resync(event.data));
        on('log', (event) => this.log(JSON.parse(event.data) as LogEvent));
        on('progress', (event) => this.progress(event.data));
    }

    private broken(source: Source) {
        this.parts.connected(false);
        if (source.readyState !== CLOSED) return; // the browser tries again
        source.close();
        this.failures++;
        this.cancel?.();
        const pause = Math.min(1000 * 2 ** (this.failures - 1), SLOWEST);
        this.cancel = this.parts.later(() => this.reopen(true), pause);
    }

    private changed(data: string) {
        const { topic } = JSON.parse(data) as Events['ChangedEvent'];
        for (const entry of this.of(keyOf(topic))) entry.listener.changed?.();
    }

    private log(event: LogEvent) {
        for (const entry of this.of(`log:${event.job}:${event.attempt}`)) entry.listener.log?.(event);
    }

    private resync(data: string) {
        const { topic } = JSON.parse(data) as Events['ResyncEvent'];
        for (const entry of this.of(keyOf(topic))) entry.listener.resync?.();
    }

    private progress(data: string) {
        const { job, line } = JSON.parse(data) as Events['ProgressEvent'];
        for (const entry of [...this.entries]) entry.listener.progress?.(job, line);
    }

    private of(key: string): Entry[] {
        return [...this.entries].filter((entry) => entry.key === key);
    }
}

/** A log's topic without its line. */
const keyOf = (topic: string) => topic.split('@')[0] ?? topic;
