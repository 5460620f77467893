import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where the API is while the dashboard is developed; `npm run mock` serves one of its own there. */
const api = process.env['SLIPWAY_SERVER'] ?? 'http://127.0.0.1:4173';

export default defineConfig({
    // Elements are made one by one: nothing is parsed as HTML in the browser.
    plugins: [svelte({ configFile: false, compilerOptions: { fragments: 'tree' } })],
    build: {
        target: 'es2022',
        modulePreload: { polyfill: false },
        // A data: URL would need a wider Content-Security-Policy.
        assetsInlineLimit: 0,
    },
    server: { proxy: { '/api': api } },
    test: { include: ['test/**/*.test.ts'], environment: 'node' },
});
