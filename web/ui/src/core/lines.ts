/** Cuts a stream of text into lines; the last one is held back until its line break comes. */
export class LineCutter {
    private rest = '';

    take(text: string): string[] {
        const lines = (this.rest + text).split('\n');
        this.rest = lines.pop() ?? '';
        return lines.map(lastWritten);
    }

    /** What is left when the stream ends. */
    end(): string[] {
        const rest = this.rest;
        this.rest = '';
        return rest === '' ? [] : [lastWritten(rest)];
    }
}

/** What a terminal would show after carriage returns. */
function lastWritten(line: string): string {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    return text.slice(text.lastIndexOf('\r') + 1);
}
