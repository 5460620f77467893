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

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud800-\udbff][\udc00-\udfff]/g;

/** How many rows a line takes where it is wrapped at so many columns. */
export function wrapped(text: string, columns: number): number {
    let cells = text.length;
    if (text.includes('\t')) cells += 7 * (text.split('\t').length - 1);
    for (const found of text.matchAll(WIDE)) cells += found[0].length === 1 ? 1 : 0;
    return Math.max(Math.ceil(cells / Math.max(columns, 1)), 1);
}

/** Where lines are wrapped, the scroll bar leads from line to line, however tall they are: only those that are seen are measured. */
export interface Wrapping {
    /** Height of a line, in rows of 18 pixels. */
    rows: (line: number) => number;
}

/** How many of the last lines fill the view. */
function fitting(total: number, viewHeight: number, { rows }: Wrapping): number {
    let height = 0;
    for (let line = total; line >= 1; line--) {
        const its = rows(line) * ROW;
        if (height + its >= viewHeight) return total - line + (viewHeight - height) / its;
        height += its;
    }
    return total;
}

const travelOf = (total: number, fits: number, viewHeight: number) => {
    const height = Math.min(Math.max(total * ROW, viewHeight + (total - fits) * ROW), TALLEST);
    return { height, travel: fits >= total ? 0 : Math.max(height - viewHeight, 1) };
};

/** As [windowOf], of lines that are wrapped. */
export function wrappedWindow(total: number, scrollTop: number, viewHeight: number, by: Wrapping): Window {
    const fits = fitting(total, viewHeight, by);
    const { height, travel } = travelOf(total, fits, viewHeight);
    if (total === 0 || travel === 0) return { first: 1, last: total, offset: 0, height: viewHeight };
    const top = Math.min(Math.max(scrollTop, 0), travel);
    const at = (top / travel) * (total - fits);
    const first = Math.min(Math.floor(at) + 1, total);
    const offset = top - (at - first + 1) * by.rows(first) * ROW;
    let last = first;
    for (let filled = by.rows(first) * ROW - (top - offset); last < total && filled < viewHeight; last++) {
        filled += by.rows(last + 1) * ROW;
    }
    return { first, last, offset, height };
}

/** As [scrollTo], of lines that are wrapped. */
export function wrappedScrollTo(total: number, line: number, viewHeight: number, by: Wrapping): number {
    const fits = fitting(total, viewHeight, by);
    const { travel } = travelOf(total, fits, viewHeight);
    if (travel === 0) return 0;
    let first = line;
    for (let above = by.rows(line - 1) * ROW; first > 1 && above <= viewHeight / 3; above += by.rows(first - 1) * ROW) first--;
    return Math.min((first - 1) / (total - fits), 1) * travel;
}
