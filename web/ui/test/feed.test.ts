import { describe, expect, it } from 'vitest';
import { EventFeed, type LogEvent, type Source } from '../src/core/feed';

class Stream implements Source {
    readyState = 0;
    private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
    constructor(readonly url: string) {}
    addEventListener(type: string, listener: (event: MessageEvent<string>) => void) {
        this.listeners.set(type, listener);
    }
    close() {
        this.readyState = 2;
    }
    say(type: string, data: unknown = null) {
        this.listeners.get(type)?.({ data: JSON.stringify(data) } as MessageEvent<string>);
    }
    get topics() {
        return new URL(this.url, 'http://x').searchParams.get('topics');
    }
}

/** A feed whose streams and timers are in the test's hand. */
function tab() {
    const streams: Stream[] = [];
    const timers = new Set<{ action: () => void; milliseconds: number }>();
    const connected: boolean[] = [];
    const feed = new EventFeed({
        open: (url) => {
            const stream = new Stream(url);
            streams.push(stream);
            return stream;
        },
        later: (action, milliseconds) => {
            const timer = { action, milliseconds };
            timers.add(timer);
            return () => timers.delete(timer);
        },
        connected: (yes) => connected.push(yes),
    });
    const wait = () => {
        const due = [...timers];
        timers.clear();
        due.forEach((timer) => timer.action());
        return due.map((timer) => timer.milliseconds);
    };
    return { feed, streams, wait, connected };
}

describe('the event feed', () => {
    it('opens one stream for all topics', () => {
        const { feed, streams, wait } = tab();
        feed.listen(() => 'projects', {});
        feed.listen(() => 'run:shop/7', {});
        feed.listen(() => 'run:shop/7', {});
        wait();
        expect(streams.map((s) => s.topics)).toEqual(['projects,run:shop/7']);
    });

    it('is not away for a page that listens to nothing', () => {
        const { feed, streams, wait, connected } = tab();
        const end = feed.listen(() => 'projects', {});
        wait();
        streams[0]?.close();
        streams[0]?.say('error');
        expect(connected).toEqual([false]);
        end();
        wait();
        expect(connected).toEqual([false, true]);
    });

    it('opens it anew only when its topics change', () => {
        const { feed, streams, wait } = tab();
        const stop = feed.listen(() => 'projects', {});
        wait();
        feed.listen(() => 'projects', {});
        stop();
        wait();
        expect(streams).toHaveLength(1);
        feed.listen(() => 'run:shop/7', {});
        wait();
        expect(streams.map((s) => s.readyState)).toEqual([2, 0]);
    });

    it('closes the stream when nobody listens', () => {
        const { feed, streams, wait } = tab();
        const stop = feed.listen(() => 'projects', {});
        wait();
        stop();
        wait();
        expect(streams[0]?.readyState).toBe(2);
        expect(streams).toHaveLength(1);
    });

    it('tells only who listens to the topic', () => {
        const { feed, streams, wait } = tab();
        const told: string[] = [];
        feed.listen(() => 'projects', { changed: () => told.push('projects') });
        feed.listen(() => 'run:shop/7', { changed: () => told.push('run') });
        wait();
        streams[0]?.say('changed', { topic: 'run:shop/7' });
        streams[0]?.say('changed', { topic: 'projects' });
        expect(told).toEqual(['run', 'projects']);
    });

    it('tells whose log goes on further behind to read again', () => {
        const { feed, streams, wait } = tab();
        const told: string[] = [];
        feed.listen(() => 'log:77:2@3', { resync: () => told.push('this one') });
        feed.listen(() => 'log:77:1@3', { resync: () => told.push('another attempt') });
        wait();
        streams[0]?.say('resync', { topic: 'log:77:2' });
        expect(told).toEqual(['this one']);
    });

    it('asks for a log from where it stands when the stream opens again', () => {
        const { feed, streams, wait } = tab();
        let next = 1;
        const events: LogEvent[] = [];
        feed.listen(() => `log:77:2@${next}`, {
            log: (event) => {
                events.push(event);
                next = event.from + event.lines.length;
            },
        });
        wait();
        streams[0]?.say('log', { job: 77, attempt: 2, from: 1, lines: ['a', 'b'] });
        streams[0]?.say('log', { job: 77, attempt: 1, from: 1, lines: ['another attempt'] });
        feed.listen(() => 'projects', {});
        wait();
        expect(streams[1]?.topics).toBe('log:77:2@3,projects');
        streams[0]?.say('log', { job: 77, attempt: 2, from: 3, lines: ['late'] });
        expect(events).toEqual([{ job: 77, attempt: 2, from: 1, lines: ['a', 'b'] }]);
    });

    it('comes back with growing pauses when the stream is refused', () => {
        const { feed, streams, wait, connected } = tab();
        feed.listen(() => 'projects', {});
        wait();
        const pauses: number[] = [];
        for (let i = 0; i < 7; i++) {
            const stream = streams.at(-1);
            if (stream) stream.readyState = 2;
            stream?.say('error');
            pauses.push(...wait());
        }
        expect(pauses).toEqual([1000, 2000, 4000, 5000, 5000, 5000, 5000]);
        streams.at(-1)?.say('open');
        expect(connected.at(-1)).toBe(true);
    });

    it('leaves short breaks to the browser', () => {
        const { feed, streams, wait, connected } = tab();
        feed.listen(() => 'projects', {});
        wait();
        streams[0]?.say('open');
        streams[0]?.say('error');
        expect(wait()).toEqual([]);
        expect(connected).toEqual([true, false]);
        expect(streams).toHaveLength(1);
    });
});
