/** What this browser keeps under a name; null for nothing, and in a browser that keeps nothing. */
export function kept<T extends string>(name: string): T | null {
    try {
        return localStorage.getItem(name) as T | null;
    } catch {
        return null;
    }
}

/** Keeps it, where the browser does. */
export function keep(name: string, value: string) {
    try {
        localStorage.setItem(name, value);
    } catch {
        // then it holds until the page is loaded again
    }
}
