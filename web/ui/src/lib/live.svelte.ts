import { api, ApiError, read } from '../core/api';
import { EventFeed } from '../core/feed';
import { place } from './location.svelte';

/** The tab's stream of events. */
class Live {
    /** Whether what is shown may be stale. */
    away = $state(false);
    private wasAway: ReturnType<typeof setTimeout> | undefined;

    readonly feed = new EventFeed({
        open: (url) => new EventSource(url),
        later: (action, milliseconds) => {
            const timer = setTimeout(action, milliseconds);
            return () => clearTimeout(timer);
        },
        connected: (yes) => this.connected(yes),
    });

    private connected(yes: boolean) {
        clearTimeout(this.wasAway);
        if (yes) this.away = false;
        else {
            this.wasAway = setTimeout(() => (this.away = true), 1500);
            // A stream does not say why it was refused.
            read(api.GET('/me')).catch(signInWhenAsked);
        }
    }
}

export const live = new Live();

/** Nobody is signed in: to the page for that, and back here afterwards. */
export function signInWhenAsked(error: unknown) {
    if (error instanceof ApiError && error.status === 401 && place.route.page !== 'sign-in') {
        place.go(`/-/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`, true);
    }
}

/** The time, each second while the tab can be seen. */
class Clock {
    now = $state(Date.now());

    constructor() {
        setInterval(() => {
            if (!document.hidden) this.now = Date.now();
        }, 1000);
        document.addEventListener('visibilitychange', () => (this.now = Date.now()));
    }
}

export const clock = new Clock();
