/** Lines as a fenced block with the address where they are; the fence is longer than any within. */
export function markdown(lines: string[], address: string): string {
    const longest = lines.join('\n').match(/`{3,}/g)?.reduce((most, run) => Math.max(most, run.length), 2) ?? 2;
    const fence = '`'.repeat(longest + 1);
    return `${fence}\n${lines.join('\n')}\n${fence}\n${address}\n`;
}
