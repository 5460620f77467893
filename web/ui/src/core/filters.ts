/** What an address asks for, of the words that a page knows; what is empty is left out. */
export function asked<N extends string>(search: string, names: readonly N[]): { [K in N]?: string } {
    const query = new URLSearchParams(search);
    const given = names.map((name) => [name, query.get(name)?.trim() ?? ''] as const);
    return Object.fromEntries(given.filter(([, value]) => value !== '')) as { [K in N]?: string };
}

/** The one of these words that is named; null for none and for another. */
export const oneOf = <T extends string>(words: readonly T[], named: string | undefined): T | null =>
    words.find((word) => word === named) ?? null;
