import { parse } from '../core/routes';

/** Where the tab is. */
class Place {
    path = $state(location.pathname);
    hash = $state(location.hash);
    search = $state(location.search);
    route = $derived(parse(this.path));

    constructor() {
        addEventListener('popstate', () => this.take());
        addEventListener('hashchange', () => this.take());
    }

    private take() {
        this.path = location.pathname;
        this.hash = location.hash;
        this.search = location.search;
    }

    go(to: string, replace = false) {
        if (replace) history.replaceState(null, '', to);
        else history.pushState(null, '', to);
        this.take();
        if (!replace) scrollTo(0, 0);
    }

    /** Names a line in the address, without a step in the history. */
    mark(hash: string) {
        history.replaceState(null, '', location.pathname + location.search + hash);
        this.hash = hash;
    }
}

/** Something is chosen on a page, which its address says from then on. */
export function choose(name: string, value: string | null) {
    const query = new URLSearchParams(place.search);
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
    const text = query.size === 0 ? '' : `?${query}`;
    place.go(location.pathname + text + location.hash, true);
}

export const place = new Place();

/** Follows links within the dashboard without loading it again. */
export function followLinks(event: MouseEvent) {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target !== '' || link.origin !== location.origin) return;
    if (link.hasAttribute('download') || link.pathname.startsWith('/api/')) return;
    if (link.hash !== '' && link.pathname === location.pathname) return;
    event.preventDefault();
    place.go(link.pathname + link.search + link.hash);
}
