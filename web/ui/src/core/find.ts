import type { Span } from './ansi';

/** What is looked for in a log. */
export interface Query {
    text: string;
    regex: boolean;
    sameCase: boolean;
}

/** As the browser finds it in a line; null when there is nothing to find, or the expression is none of the browser's. */
export function pattern(query: Query): RegExp | null {
    if (query.text === '') return null;
    const source = query.regex ? query.text : query.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    try {
        return new RegExp(source, query.sameCase ? 'g' : 'gi');
    } catch {
        return null;
    }
}

/** The spans cut where something was found: what is found has the class `hit` as well. */
export function highlight(spans: Span[], found: RegExp): Span[] {
    const text = spans.map((span) => span.text).join('');
    const ranges = [...text.matchAll(found)].filter((m) => m[0] !== '').map((m) => [m.index, m.index + m[0].length] as const);
    if (ranges.length === 0) return spans;
    const result: Span[] = [];
    let at = 0;
    for (const span of spans) {
        const end = at + span.text.length;
        let from = at;
        for (const [start, stop] of ranges) {
            if (stop <= from || start >= end) continue;
            if (start > from) result.push({ ...span, text: text.slice(from, start) });
            const until = Math.min(stop, end);
            result.push({ ...span, text: text.slice(Math.max(start, from), until), style: `${span.style} hit`.trim() });
            from = until;
        }
        if (from < end) result.push({ ...span, text: text.slice(from, end) });
        at = end;
    }
    return result;
}

/** The index of the next number in a rising list, around the end; -1 when the list is empty. */
export function nextOf(rising: number[], from: number, back = false): number {
    if (rising.length === 0) return -1;
    if (back) {
        const before = rising.filter((line) => line < from).length - 1;
        return before < 0 ? rising.length - 1 : before;
    }
    const behind = rising.findIndex((line) => line > from);
    return Math.max(behind, 0);
}
