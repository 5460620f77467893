/** A stretch of a log that can be closed: a step. Its lines follow each other. */
export interface Fold {
    start: number;
    /** Null while it goes on. */
    end: number | null;
    title: string;
}

/** What a row shows: a fold's heading, or a line. */
export type Row<F extends Fold> = { fold: F; line: null } | { fold: null; line: number };

interface Stretch<F> {
    /** Number of the first row, from 1. */
    row: number;
    rows: number;
    fold: F | null;
    /** Number of the first line; 0 for a heading. */
    line: number;
}

/** The rows of a log: its lines, less those of closed folds, and a heading for each fold. */
export class Rows<F extends Fold> {
    private readonly stretches: Stretch<F>[] = [];
    readonly total: number;

    /** @param folds in order and apart from each other; others are left out */
    constructor(lines: number, folds: F[], closed: (fold: F) => boolean) {
        let row = 1;
        let line = 1;
        const add = (rows: number, fold: F | null, from: number) => {
            if (rows > 0) this.stretches.push({ row, rows, fold, line: from });
            row += Math.max(rows, 0);
        };
        for (const fold of folds) {
            const end = Math.min(fold.end ?? lines, lines);
            if (fold.start < line || fold.start > lines + 1) continue;
            add(fold.start - line, null, line);
            add(1, fold, 0);
            if (!closed(fold)) add(end - fold.start + 1, null, fold.start);
            line = Math.max(end + 1, fold.start);
        }
        add(lines - line + 1, null, line);
        this.total = row - 1;
    }

    at(row: number): Row<F> | null {
        let low = 0;
        let high = this.stretches.length - 1;
        while (low <= high) {
            const middle = (low + high) >> 1;
            const stretch = this.stretches[middle] as Stretch<F>;
            if (row < stretch.row) high = middle - 1;
            else if (row >= stretch.row + stretch.rows) low = middle + 1;
            else if (stretch.fold) return { fold: stretch.fold, line: null };
            else return { fold: null, line: stretch.line + row - stretch.row };
        }
        return null;
    }

    /** The row of a line, or of the heading of the closed fold that it is in. */
    of(line: number): number {
        let best = 1;
        for (const stretch of this.stretches) {
            if (stretch.fold) {
                if (stretch.fold.start <= line) best = stretch.row;
            } else if (stretch.line <= line) {
                best = stretch.row + Math.min(line - stretch.line, stretch.rows - 1);
            }
        }
        return best;
    }
}

/** The fold that a line is in. */
export const foldOf = <F extends Fold>(folds: F[], line: number): F | null =>
    folds.find((fold) => fold.start <= line && (fold.end === null || line <= fold.end)) ?? null;
