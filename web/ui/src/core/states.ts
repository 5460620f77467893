import type { App, Attempt, Job, Release, Rollout, Run, Step } from './model';

/** What a state looks like: shape and colour belong together, a word stands always beside them. */
export type Look = 'passed' | 'failed' | 'running' | 'waiting' | 'queued' | 'skipped' | 'warning';

export interface State {
    look: Look;
    word: string;
}

const OUTCOMES: Record<string, State> = {
    succeeded: { look: 'passed', word: 'passed' },
    skipped: { look: 'skipped', word: 'skipped' },
    failed: { look: 'failed', word: 'failed' },
    errored: { look: 'warning', word: 'errored' },
    cancelled: { look: 'skipped', word: 'cancelled' },
};

const WAITS: Record<string, string> = {
    needs: 'waits for other jobs',
    approval: 'waits for approval',
    trust: 'waits for trust',
    concurrency: 'waits for another run',
    pause: 'project is paused',
    capacity: 'waits for a free place',
};

const ROLLOUT: Record<string, string> = {
    starting: 'starting',
    checking: 'checking health',
    switching: 'switching over',
    undoing: 'taking it back',
};

function outcome(of: string | null | undefined): State {
    return (of && OUTCOMES[of]) || { look: 'queued', word: of ?? 'unknown' };
}

export function runState(run: Pick<Run, 'state' | 'outcome'>): State {
    switch (run.state) {
        case 'ended':
            return outcome(run.outcome);
        case 'finishing':
            return { look: 'running', word: 'finishing' };
        default:
            return { look: 'running', word: 'running' };
    }
}

export function jobState(job: Pick<Job, 'state' | 'outcome' | 'waits' | 'waitsDetail'>): State {
    switch (job.state) {
        case 'ended':
            return outcome(job.outcome);
        case 'running':
            return { look: 'running', word: 'running' };
        case 'queued':
            return job.waits === 'concurrency' || job.waits === 'pause' ? waiting(job) : { look: 'queued', word: 'queued' };
        default:
            return waiting(job);
    }
}

function waiting(job: Pick<Job, 'waits' | 'waitsDetail'>): State {
    const asks = job.waits === 'approval' || job.waits === 'trust' || job.waits === 'pause';
    const word = (job.waits && WAITS[job.waits]) || 'waiting';
    return { look: asks ? 'waiting' : 'queued', word: job.waitsDetail ? `${word}: ${job.waitsDetail}` : word };
}

export function stepState(step: Pick<Step, 'state' | 'outcome'> | Pick<Attempt, 'state' | 'outcome'>): State {
    if (step.state === 'ended') return outcome(step.outcome);
    return step.state === 'running' ? { look: 'running', word: 'running' } : { look: 'queued', word: 'waiting' };
}

export function rolloutState(rollout: Pick<Rollout, 'state' | 'outcome'>): State {
    if (rollout.state !== 'ended') {
        return { look: 'running', word: ROLLOUT[rollout.state ?? ''] ?? rollout.state ?? 'running' };
    }
    const state = outcome(rollout.outcome);
    return state.look === 'passed' ? { look: 'passed', word: 'live' } : state;
}

/** What serves now decides; a rollout that moves is told; a failed one is news only while nothing serves. */
export function appState(app: App): State {
    if (app.trouble) return { look: 'failed', word: 'down' };
    if (app.rollout && app.rollout.state !== 'ended') return rolloutState(app.rollout);
    if (app.release === null || app.release === undefined) {
        return app.rollout ? outcome(app.rollout.outcome) : { look: 'queued', word: 'not rolled out' };
    }
    return { look: 'passed', word: 'live' };
}

export function releaseState(release: Release): State | null {
    if (release.live) return { look: 'passed', word: 'live' };
    return release.rejected ? { look: 'failed', word: 'rejected' } : null;
}

/** What became of what a forge sent. */
export function webhookState(one: { state: string; verdict: string | null; failures: number }): State {
    if (one.state !== 'settled') return { look: 'running', word: one.failures === 0 ? 'is handled' : 'is tried again' };
    switch (one.verdict) {
        case 'started':
            return { look: 'passed', word: 'started' };
        case 'failed':
            return { look: 'failed', word: 'failed' };
        default:
            return { look: 'skipped', word: 'nothing to do' };
    }
}

const MARKS: Record<Look, string> = {
    passed: '✓',
    failed: '✗',
    running: '◐',
    waiting: '‖',
    queued: '○',
    skipped: '–',
    warning: '!',
};

/** For the tab's title, where there is no icon. */
export const mark = (look: Look) => MARKS[look];
