// Takes pictures of every page in both themes and widths, and asks axe about each: node dev/look.mjs <folder>
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const base = process.env.SLIPWAY_SERVER ?? 'http://127.0.0.1:4173';
const folder = process.argv[2] ?? 'test-results';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGES = {
    home: '/',
    project: '/acme/orders',
    hello: '/hello',
    followed: '/notes',
    'run-failed': '/acme/orders/runs/1842',
    'run-moving': '/shop/runs/12',
    'run-broken': '/notes/runs/8',
    'run-live': '/hello/runs/7',
    trace: '/acme/orders/runs/1842/trace',
    'rollout-failed': '/acme/orders/rollouts/45',
    'rollout-moving': '/shop/rollouts/9',
    runs: '/-/runs',
    queue: '/-/queue',
    rollouts: '/-/rollouts',
    environment: '/-/environments/production',
    status: '/-/status',
    changes: '/acme/orders/runs/1842/changes',
    compare: '/acme/orders/runs/compare?from=orders@production:30&to=orders@production:31',
    settings: '/-/settings',
    people: '/-/people',
    audit: '/-/audit',
    'run-line': '/acme/orders/runs/1842/integration#L150000',
    app: '/acme/orders/apps/orders',
    images: '/acme/orders/images',
    image: '/acme/orders/images/3',
    config: '/acme/orders/settings',
    deliveries: '/acme/orders/settings/deliveries',
    webhooks: '/acme/orders/settings/webhooks',
    webhook: '/acme/orders/settings/webhooks/0c0ffee0-0000-4000-8000-000000000002',
    outgoing: '/acme/orders/settings/outgoing',
    hooks: '/acme/orders/settings/hooks',
    'sign-in': '/-/sign-in',
    missing: '/-/nothing',
    none: '/nobody',
};
const chosen = process.argv.slice(3);

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let bad = 0;
for (const colorScheme of ['light', 'dark']) {
    for (const width of [1440, 390]) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: width === 390 ? 844 : 900 }, bypassCSP: false });
        await context.addCookies([{ name: 'slipway_session', value: 'mock', url: base }]);
        for (const [name, path] of Object.entries(PAGES)) {
            if (chosen.length > 0 && !chosen.includes(name)) continue;
            const page = await context.newPage();
            const told = [];
            page.on('console', (message) => ['error', 'warning'].includes(message.type()) && told.push(message.text()));
            page.on('pageerror', (error) => told.push(String(error)));
            await page.goto(base + path);
            await page.waitForTimeout(Number(process.env.PAUSE ?? 700));
            await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: !name.startsWith('run-') });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (wide > 0) told.push(`wider than the window by ${wide} px`);
            await page.evaluate(axe).catch(async () => page.addScriptTag({ content: axe }));
            const { violations } = await page.evaluate(() => globalThis.axe.run());
            for (const v of violations) told.push(`axe ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
            if (told.length > 0) {
                bad++;
                console.log(`${name} ${colorScheme} ${width}\n  ${told.join('\n  ')}`);
            }
            await page.close();
        }
        await context.close();
    }
}
await browser.close();
console.log(bad === 0 ? 'no complaints' : `${bad} pages with complaints`);
process.exit(bad === 0 ? 0 : 1);
