/** What is shown beside the lines of a log. */
export type Times = 'elapsed' | 'local' | 'off';
const NEXT: Record<Times, Times> = { elapsed: 'local', local: 'off', off: 'elapsed' };

/** How this browser shows logs; kept in it. */
class LogLook {
    times = $state<Times>(kept('log-times') ?? 'elapsed');
    wrap = $state(kept('log-wrap') === 'yes');

    nextTimes() {
        this.times = NEXT[this.times];
        keep('log-times', this.times);
    }

    toggleWrap() {
        this.wrap = !this.wrap;
        keep('log-wrap', this.wrap ? 'yes' : 'no');
    }
}

function kept<T extends string>(name: string): T | null {
    try {
        return localStorage.getItem(name) as T | null;
    } catch {
        return null; // a browser that keeps nothing
    }
}

function keep(name: string, value: string) {
    try {
        localStorage.setItem(name, value);
    } catch {
        // a browser that keeps nothing
    }
}

export const look = new LogLook();
