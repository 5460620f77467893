import type { components } from '#openapi';
import type { Look } from './states';
import { duration } from './time';

export type Trace = components['schemas']['Trace'];
export type Span = components['schemas']['Span'];

/** A span as a line of the waterfall: where its bar is, in percent of the run's time. */
export interface Bar {
    span: Span;
    left: number;
    width: number;
    /** Where it usually is; null where that is not known. */
    ghost: { left: number; width: number } | null;
    look: Look;
    name: string;
}

const LOOKS: Record<string, Look> = {
    succeeded: 'passed',
    failed: 'failed',
    errored: 'warning',
    cancelled: 'skipped',
    skipped: 'skipped',
    running: 'running',
    waiting: 'waiting',
};
/** So that also the shortest can be seen. */
const NARROWEST = 0.3;
/** What is usual may make the picture longer than the run was, but not by more than this. */
const LONGEST = 1.5;

/** How much time the picture shows: the run's, and what is usual as far as there is room for it. */
export function lengthOf(trace: Trace): number {
    const usual = Math.max(0, ...trace.spans.map(({ usual }) => (usual === null ? 0 : usual.begin + usual.took)));
    return Math.max(trace.took, Math.min(usual, trace.took * LONGEST), 1);
}

export function bars(trace: Trace): Bar[] {
    const whole = lengthOf(trace);
    return trace.spans.map((span) => ({
        span,
        ...placeOf(span, whole),
        ghost: span.usual === null || span.usual.begin >= whole ? null : placeOf(span.usual, whole),
        look: LOOKS[span.state] ?? 'queued',
        name: nameOf(span),
    }));
}

function placeOf({ begin, took }: { begin: number; took: number }, whole: number) {
    const left = Math.min((begin / whole) * 100, 100 - NARROWEST);
    return { left, width: Math.min(Math.max((took / whole) * 100, NARROWEST), 100 - left) };
}

function nameOf(span: Span): string {
    const tried = span.attempt > 1 ? `, attempt ${span.attempt}` : '';
    switch (span.kind) {
        case 'wait':
            return `${span.name} waits`;
        case 'prepare':
            return `prepare${tried}`;
        default:
            return span.name + tried;
    }
}

const STEPS = [100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

/** Times for the scale: at most seven between the ends, at round figures. */
export function scale(took: number): number[] {
    const step = STEPS.find((one) => took / one <= 7) ?? Math.ceil(took / 7 / 3_600_000) * 3_600_000;
    const marks: number[] = [];
    for (let at = step; at < took * 0.97; at += step) marks.push(at);
    return marks;
}

/** A time of the scale: `0.5s`, `1.5s`, else as everywhere. */
export const fine = (ms: number) => (ms < 10_000 ? `${ms / 1000}s` : duration(ms));
