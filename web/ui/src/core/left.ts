import { duration } from './time';

/** What the server expects, in milliseconds, at the time it answered. */
export interface Expected {
    samples: number;
    usually: number | null;
    mostly: number | null;
    left: number | null;
    longer: boolean;
}

/** How long roughly: to 5 s below 90 s, to 30 s below ten minutes, then to minutes. */
export function roughly(milliseconds: number): string {
    const seconds = Math.max(milliseconds / 1000, 1);
    if (seconds < 90) return `${Math.max(Math.round(seconds / 5) * 5, 5)}s`;
    if (seconds < 600) return duration(Math.round(seconds / 30) * 30_000).replace(' 00s', '');
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** What is left `passed` milliseconds after the answer: never nothing, never less than nothing. */
export function leftNow(expected: Expected, passed: number): number | null {
    return expected.left === null ? null : Math.max(expected.left - passed, 1000);
}

/** `about 40s left, usually 2m 10s`; what is said of something under way. */
export function leftText(expected: Expected | null, passed: number): string {
    if (!expected) return '';
    const left = leftNow(expected, passed);
    const usually = expected.usually === null ? '' : `usually ${roughly(expected.usually)}`;
    if (expected.longer) return usually === '' ? 'longer than ever' : `longer than usual, ${usually}`;
    if (left !== null) return `about ${roughly(left)} left${usually === '' ? '' : `, ${usually}`}`;
    return expected.samples < 3 ? 'first runs' : usually;
}

/** What is left of several things, each said without jumping down. */
export class Steady<K> {
    private readonly said = new Map<K, Smooth>();

    of(key: K, expected: Expected, now: number): Expected {
        const smooth = this.said.get(key) ?? new Smooth();
        this.said.set(key, smooth);
        return { ...expected, left: smooth.next(expected.left, now) };
    }
}

/** An estimate may rise at once; it falls by one second a second at most. */
class Smooth {
    private shown: number | null = null;
    private at = 0;

    next(left: number | null, now: number): number | null {
        if (left === null || this.shown === null) this.shown = left;
        else this.shown = Math.max(left, this.shown - (now - this.at));
        this.at = now;
        return this.shown;
    }
}
