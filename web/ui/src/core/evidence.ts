/** What was seen of a rollout, as a page shows it: short facts, and texts of several lines. */
export interface Shown {
    facts: { name: string; value: string }[];
    texts: { name: string; text: string }[];
}

const NAMES: Record<string, string> = {
    exitCode: 'exit code',
    listens: 'listens on',
    log: 'last lines of the container',
    printed: 'address',
    url: 'URL',
};
/** Told elsewhere on the page. */
const ELSEWHERE = new Set(['sentence', 'release', 'from', 'rollout']);

export function shown(evidence: Record<string, unknown> | null, said: string | null): Shown {
    const result: Shown = { facts: [], texts: [] };
    for (const [key, value] of Object.entries(evidence ?? {})) {
        const text = textOf(value);
        if (ELSEWHERE.has(key) || text === '' || text === said) continue;
        const name = NAMES[key] ?? key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
        if (text.includes('\n') || text.length > 160) result.texts.push({ name, text });
        else result.facts.push({ name, value: text });
    }
    return result;
}

function textOf(value: unknown): string {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(textOf).join(value.some((v) => textOf(v).length > 40) ? '\n' : ', ');
    if (typeof value === 'object') {
        return Object.entries(value)
            .map(([name, inner]) => `${name}: ${textOf(inner)}`)
            .join(', ');
    }
    return String(value).trimEnd();
}
