import failed from '../icons/failed.svg';
import idle from '../icons/idle.svg';
import passed from '../icons/passed.svg';
import running from '../icons/running.svg';
import waiting from '../icons/waiting.svg';
import { mark, type Look, type State } from '../core/states';

const ICONS: Record<Look, string> = { passed, failed, running, waiting, queued: running, skipped: idle, warning: failed };

/** What the tab says: state, what it shows, where. */
export function setTitle(parts: string[], state: State | null = null) {
    const words = [...parts, 'Slipway'].join(' · ');
    document.title = state ? `${mark(state.look)} ${words}` : words;
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const icon = state ? ICONS[state.look] : idle;
    if (link && link.getAttribute('href') !== icon) link.href = icon;
}
