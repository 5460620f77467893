/** How long, exactly: `0.4s`, `55s`, `1m 04s`, `2h 05m`, `3d 4h`. */
export function duration(milliseconds: number): string {
    const ms = Math.max(0, milliseconds);
    if (ms < 950) return `${(Math.round(ms / 100) / 10).toFixed(1)}s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) return `${seconds}s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return `${hours}h ${two(minutes % 60)}m`;
    return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Between two times; up to `now` while the second is not there; null when it has not begun. */
export function elapsed(
    from: string | null | undefined,
    to: string | null | undefined,
    now: number,
): string | null {
    if (!from) return null;
    return duration((to ? Date.parse(to) : now) - Date.parse(from));
}

/** How long ago, roughly: `now`, `40s ago`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(at: string, now: number): string {
    const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
    if (seconds < 5) return 'now';
    if (seconds < 60) return `${Math.floor(seconds / 5) * 5}s ago`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ago`;
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return `${hours} h ago`;
    const days = Math.floor(hours / 24);
    return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** In full, in the reader's zone: for titles. */
export function exact(at: string): string {
    return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Since the beginning of what printed it: `53.20`, `1:04.25`, `2:05:07`. */
export function clockOf(milliseconds: number): string {
    const hundredths = Math.max(Math.round(milliseconds / 10), 0);
    const seconds = (hundredths % 6000) / 100;
    const minutes = Math.floor(hundredths / 6000);
    if (minutes === 0) return seconds.toFixed(2);
    if (minutes < 60) return `${minutes}:${seconds.toFixed(2).padStart(5, '0')}`;
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.floor(seconds))}`;
}

/** The time of the day, in the reader's zone: `14:03:22.120`. */
export function timeOfDay(at: number): string {
    const date = new Date(at);
    return `${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const two = (n: number) => String(n).padStart(2, '0');
