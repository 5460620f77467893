import { keep, kept } from './kept';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Which colours this browser shows; the style sheet knows the word at the root. */
class Colours {
    theme = $state<Theme>(THEMES.find((one) => one === kept('theme')) ?? 'system');

    constructor() {
        this.show();
    }

    choose(theme: Theme) {
        this.theme = theme;
        keep('theme', theme);
        this.show();
    }

    private show() {
        document.documentElement.dataset['theme'] = this.theme;
    }
}

export const colours = new Colours();
