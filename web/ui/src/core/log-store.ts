import { after, PLAIN, styleOf, type Style } from './ansi';

/** What the server answers for a block of lines. */
export interface LinesAnswer {
    from: number;
    lines: string[];
    complete: boolean;
    /** Colours that are on where the lines begin, as the parameters of a sequence. */
    sgr?: string;
    times?: Since[];
}

/** From this line on, lines came at that time, in milliseconds since 1970; up to the next one. */
export interface Since {
    line: number;
    at: number;
}

/** Fetches `count` lines from number `from` on. */
export type FetchLines = (from: number, count: number) => Promise<LinesAnswer>;

/** Lines of one block; a block's first line is `index * BLOCK + 1`. */
export const BLOCK = 500;
/** So many blocks are kept; the one that was looked at longest ago goes first. */
const KEPT = 60;

interface Block {
    lines: (string | undefined)[];
    /** Up to this number all were asked for: what is not here of them does not come. */
    asked: number;
    used: number;
    /** What is on where the block begins, as the server says. */
    begins: Style | null;
    /** What is on where each line begins, as far as it was asked for. */
    styles: Style[];
    /** When each line came; 0 where that is not known. */
    times: number[];
}

/**
 * The lines of one attempt's log, by their number from 1, which never shifts. History comes in blocks as they are looked
 * at, the end comes by itself; what is between is fetched when somebody scrolls there.
 */
export class LogStore {
    /** Lines of the whole log so far. */
    total = 0;
    /** Nothing more will come. */
    complete = false;
    private readonly blocks = new Map<number, Block>();
    private readonly fetching = new Map<number, Promise<void>>();
    private clock = 0;

    constructor(
        private readonly fetchLines: FetchLines,
        private readonly changed: () => void,
        private readonly kept = KEPT,
    ) {}

    /** How long the log is now. Never shrinks. */
    size(total: number, complete: boolean) {
        if (total <= this.total && complete === this.complete) return;
        this.total = Math.max(total, this.total);
        this.complete ||= complete;
        this.changed();
    }

    /** Lines that came by themselves. */
    append(from: number, lines: string[], times: Since[] = []) {
        lines.forEach((line, i) => this.put(from + i, line));
        this.date(from, lines.length, times);
        this.total = Math.max(this.total, from + lines.length - 1);
        this.drop();
        this.changed();
    }

    /** A line; undefined while it is not here. */
    line(number: number): string | undefined {
        const block = this.blocks.get(indexOf(number));
        return block?.lines[(number - 1) % BLOCK];
    }

    /** When a line came, in milliseconds since 1970; 0 where that is not known. */
    time(number: number): number {
        return this.blocks.get(indexOf(number))?.times[(number - 1) % BLOCK] ?? 0;
    }

    /** What is on where a line begins. */
    style(number: number): Style {
        const index = indexOf(number);
        const block = this.blocks.get(index);
        if (!block) return PLAIN;
        const { styles } = block;
        if (styles.length === 0) styles.push(block.begins ?? this.left(index - 1));
        const at = (number - 1) % BLOCK;
        for (let i = styles.length; i <= at; i++) {
            const before = block.lines[i - 1];
            if (before === undefined) return styles[i - 1] ?? PLAIN;
            styles.push(after(before, styles[i - 1] ?? PLAIN));
        }
        return styles[at] ?? PLAIN;
    }

    /** What a block leaves on; nothing when it is not here. */
    private left(index: number): Style {
        const last = this.blocks.get(index)?.lines[BLOCK - 1];
        return last === undefined ? PLAIN : after(last, this.style((index + 1) * BLOCK));
    }

    /** Whether the line will not come: it was not kept. */
    gone(number: number): boolean {
        const block = this.blocks.get(indexOf(number));
        return block !== undefined && number <= block.asked && block.lines[(number - 1) % BLOCK] === undefined;
    }

    /** Makes sure that these lines come, if there are such. */
    async want(first: number, last: number): Promise<void> {
        const wanted: Promise<void>[] = [];
        const end = Math.min(last, this.total);
        for (let index = indexOf(Math.max(first, 1)); index * BLOCK < end; index++) {
            if (this.lacks(index, Math.max(first, 1), end)) wanted.push(this.fetchBlock(index));
        }
        await Promise.all(wanted);
    }

    private lacks(index: number, first: number, last: number): boolean {
        const block = this.blocks.get(index);
        if (!block) return true;
        block.used = ++this.clock;
        const from = Math.max(first, index * BLOCK + 1, block.asked + 1);
        const to = Math.min(last, (index + 1) * BLOCK);
        for (let number = from; number <= to; number++) {
            if (block.lines[(number - 1) % BLOCK] === undefined) return true;
        }
        return false;
    }

    private fetchBlock(index: number): Promise<void> {
        const running = this.fetching.get(index);
        if (running) return running;
        const promise = this.take(index).finally(() => this.fetching.delete(index));
        this.fetching.set(index, promise);
        return promise;
    }

    /** An answer may hold fewer lines than a block, when they are long: then the rest is asked for. */
    private async take(index: number) {
        const end = (index + 1) * BLOCK;
        const asked = Math.min(end, this.total);
        let from = index * BLOCK + 1;
        while (from <= asked) {
            const answer = await this.fetchLines(from, end - from + 1);
            if (answer.lines.length === 0 || answer.from > end) break;
            if (answer.from === index * BLOCK + 1) {
                this.block(index).begins = styleOf(answer.sgr ?? '');
                this.block(index).styles = [];
            }
            answer.lines.forEach((line, i) => {
                if (answer.from + i <= end) this.put(answer.from + i, line);
            });
            this.date(answer.from, Math.min(answer.lines.length, end - answer.from + 1), answer.times ?? []);
            from = answer.from + answer.lines.length;
        }
        this.block(index).asked = asked;
        this.drop();
        this.changed();
    }

    private put(number: number, line: string) {
        this.block(indexOf(number)).lines[(number - 1) % BLOCK] = line;
    }

    private date(from: number, count: number, times: Since[]) {
        let next = 0;
        let at = 0;
        for (let number = from; number < from + count; number++) {
            for (let since = times[next]; since !== undefined && since.line <= number; since = times[next]) {
                at = since.at;
                next++;
            }
            if (at !== 0) this.block(indexOf(number)).times[(number - 1) % BLOCK] = at;
        }
    }

    private block(index: number): Block {
        let block = this.blocks.get(index);
        if (!block) {
            block = { lines: new Array<string | undefined>(BLOCK), asked: 0, used: ++this.clock, begins: null, styles: [], times: [] };
            this.blocks.set(index, block);
        }
        return block;
    }

    private drop() {
        if (this.blocks.size <= this.kept) return;
        const last = indexOf(this.total);
        const oldest = [...this.blocks.entries()].sort(([, a], [, b]) => a.used - b.used);
        for (const [index] of oldest) {
            if (this.blocks.size <= this.kept) return;
            if (index !== last) this.blocks.delete(index);
        }
    }
}

/** The first line of the block that a line is in. */
export const blockOf = (number: number) => indexOf(number) * BLOCK + 1;

const indexOf = (number: number) => Math.floor((number - 1) / BLOCK);
