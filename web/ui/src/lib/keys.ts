import { place } from './location.svelte';
import { palette } from './palette.svelte';

let before = '';
let since = 0;

const inField = (target: EventTarget | null) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const GO: Record<string, string> = { f: '/', r: '/-/runs', o: '/-/rollouts', q: '/-/queue', s: '/-/settings' };

/** Keys that hold on every page; what is typed into a field stays there. */
export function globalKeys(event: KeyboardEvent) {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        palette.show();
        return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField(event.target) || palette.open !== null) return;
    if (act(event.key)) event.preventDefault();
    before = event.key;
    since = event.timeStamp;
}

function act(key: string): boolean {
    const to = before === 'g' && performance.now() - since < 1500 ? GO[key] : undefined;
    if (to !== undefined) {
        place.go(to);
        return true;
    }
    switch (key) {
        case '?':
            palette.showKeys();
            return true;
        case '/':
            return focus(document.querySelector<HTMLElement>('[data-search]'));
        case 'j':
            return row(1);
        case 'k':
            return row(-1);
        case 'r':
            return press('[data-key=r]');
        case '[':
        case ']':
            return neighbour(key === '[' ? -1 : 1);
        default:
            return false;
    }
}

function focus(element: HTMLElement | null | undefined): boolean {
    element?.focus();
    return element !== null && element !== undefined;
}

function row(by: number): boolean {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    return focus(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by]);
}

function press(selector: string): boolean {
    const button = document.querySelector<HTMLButtonElement>(selector);
    button?.click();
    return button !== null;
}

function neighbour(by: number): boolean {
    const { route } = place;
    if (route.page !== 'run' || route.run + by < 1) return false;
    place.go(`/${route.project}/runs/${route.run + by}`);
    return true;
}
