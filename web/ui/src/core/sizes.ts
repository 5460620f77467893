/** `214 MB`, `3.1 MB`, `12 kB`: a thousand each, as the command line prints it. */
export function bytes(count: number): string {
    if (count < 1000) return `${count} B`;
    const [value, unit] = count < 1e6 ? [count / 1e3, 'kB'] : count < 1e9 ? [count / 1e6, 'MB'] : [count / 1e9, 'GB'];
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
