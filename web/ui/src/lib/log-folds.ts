import type { Step } from '../core/model';
import type { Fold } from '../core/rows';
import { stepState, type Look } from '../core/states';
import { elapsed } from '../core/time';

/** A step of the log, as its heading shows it. */
export interface LogFold extends Fold {
    look: Look;
    word: string;
    took: string;
}

/** The steps that printed, where there are several and none printed while another did. */
export function foldsOf(steps: Step[], now: number): LogFold[] {
    const began = steps.filter((step) => step.firstLine !== null && (step.lastLine === null || step.lastLine >= step.firstLine));
    if (began.length < 2) return [];
    const folds = began
        .map((step) => {
            const { look, word } = stepState(step);
            const took = step.note === 'cached' ? 'cached' : (elapsed(step.startedAt, step.endedAt, now) ?? '');
            return { start: step.firstLine ?? 1, end: step.lastLine, title: step.name, look, word, took };
        })
        .sort((a, b) => a.start - b.start);
    const apart = folds.every((fold, i) => {
        const next = folds[i + 1];
        return next === undefined || (fold.end !== null && fold.end < next.start);
    });
    return apart ? folds : [];
}
