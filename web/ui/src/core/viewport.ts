/** Height of a line, in pixels; the style sheet says the same. */
export const ROW = 18;
/** Browsers lose precision in elements that are much taller. */
const TALLEST = 8_000_000;
const AROUND = 20;

/** What of a log can be seen. */
export interface Window {
    /** Numbers of the lines to draw, from 1; `last < first` when there are none. */
    first: number;
    last: number;
    /** Where the first of them is drawn, in pixels from the top of the scrolled content. */
    offset: number;
    /** Height of the scrolled content. */
    height: number;
}

/** Beyond eight million pixels the scroll bar is scaled: the same line stays at the same place of it. */
export function windowOf(total: number, scrollTop: number, viewHeight: number): Window {
    const full = total * ROW;
    const height = Math.min(full, TALLEST);
    const travel = Math.max(height - viewHeight, 0);
    const top = Math.min(Math.max(scrollTop, 0), travel);
    const real = travel === 0 ? 0 : height === full ? top : (top / travel) * (full - viewHeight);
    const first = Math.max(Math.floor(real / ROW) + 1 - AROUND, 1);
    const last = Math.min(Math.ceil((real + viewHeight) / ROW) + AROUND, total);
    return { first, last, offset: (first - 1) * ROW - real + top, height };
}

/** The scroll position that shows a line in the upper third. */
export function scrollTo(total: number, line: number, viewHeight: number): number {
    const full = total * ROW;
    const height = Math.min(full, TALLEST);
    const real = Math.min(Math.max((line - 1) * ROW - viewHeight / 3, 0), Math.max(full - viewHeight, 0));
    if (height === full || full <= viewHeight) return real;
    return (real / (full - viewHeight)) * (height - viewHeight);
}

/** Whether the end can be seen: then new lines are followed. */
export function atEnd(scrollTop: number, viewHeight: number, height: number): boolean {
    return scrollTop + viewHeight >= height - ROW;
}
