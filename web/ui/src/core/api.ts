import createClient from 'openapi-fetch';
import type { paths } from '#openapi';

/** What the server could not do, in its own words. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        message: string,
        readonly remedy: string,
    ) {
        super(message);
    }
}

export const api = createClient<paths>({ baseUrl: '/api/v1' });

interface Answer<T> {
    data?: T | undefined;
    error?: unknown;
    response: Response;
}

/** The answer's body, or an [ApiError] that says why there is none. */
export async function read<T>(answer: Promise<Answer<T>>): Promise<T> {
    let got: Answer<T>;
    try {
        got = await answer;
    } catch {
        throw new ApiError(0, 'cannot reach Slipway: it does not answer', 'wait, or see whether it runs');
    }
    if (!got.response.ok) throw failure(got.response.status, got.error);
    return got.data as T;
}

function failure(status: number, body: unknown): ApiError {
    const told = (typeof body === 'object' && body !== null ? body : {}) as { detail?: string; remedy?: string };
    return new ApiError(
        status,
        told.detail ?? `cannot read this: the server answered ${status}`,
        told.remedy ?? '',
    );
}
