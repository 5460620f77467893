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

const TRIES = 3;
const PAUSE = 300;

/** Something that nobody else comes up with; `randomUUID` is not there without TLS. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Seconds. */
const LONGEST_WAIT = 10;

/** Waits where the server says that it was asked too often. */
async function ask(request: Request): Promise<Response> {
    for (;;) {
        const response = await fetch(request.clone());
        const wait = response.status === 429 ? Number(response.headers.get('Retry-After') ?? '0') : 0;
        if (!(wait > 0 && wait <= LONGEST_WAIT)) return response;
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
}

/** What changes something is sent again, at most twice, where the answer broke off: under its key it happens once. */
async function send(request: Request): Promise<Response> {
    if (request.method === 'GET') return ask(request);
    request.headers.set('Idempotency-Key', newKey());
    for (let tries = 1; ; tries++) {
        try {
            return await ask(request);
        } catch (error) {
            if (tries === TRIES) throw error;
            await new Promise((resolve) => setTimeout(resolve, PAUSE * tries));
        }
    }
}

export const api = createClient<paths>({ baseUrl: '/api/v1', fetch: send });

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
