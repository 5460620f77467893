import { keep, kept } from './kept';

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

export const look = new LogLook();
