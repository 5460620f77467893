import { describe, expect, it } from 'vitest';
import { bundles, layOut, NODE, parts } from '../src/core/graph';

const job = (name: string, ...needs: string[]) => ({ name, needs });
const PIPELINE = [
    job('checkout'),
    job('lint', 'checkout'),
    job('compile', 'checkout'),
    job('unit', 'compile'),
    job('integration', 'compile'),
    job('image', 'compile'),
    job('scan', 'image'),
    job('push', 'image'),
    job('staging', 'unit', 'integration', 'scan', 'push', 'image', 'lint'),
];

describe('a graph', () => {
    it('puts each job behind all that it needs', () => {
        const at = new Map(layOut(PIPELINE).nodes.map((node) => [node.name, node]));
        for (const { name, needs } of PIPELINE) {
            for (const need of needs) expect(at.get(need)?.x, `${need} before ${name}`).toBeLessThan(at.get(name)?.x ?? 0);
        }
    });

    it('lets no two nodes touch', () => {
        const { nodes, width, height } = layOut(PIPELINE);
        for (const one of nodes) {
            expect(one.x).toBeGreaterThanOrEqual(0);
            expect(one.y).toBeGreaterThanOrEqual(0);
            expect(one.x + NODE.width).toBeLessThanOrEqual(width);
            expect(one.y + NODE.height).toBeLessThanOrEqual(height);
            for (const other of nodes) {
                const apart = one === other || one.x !== other.x || Math.abs(one.y - other.y) >= NODE.height;
                expect(apart, `${one.name} and ${other.name}`).toBe(true);
            }
        }
    });

    it('leaves out an edge that others imply', () => {
        const edges = layOut(PIPELINE).edges.map((edge) => `${edge.from} ${edge.to}`);
        expect(edges).not.toContain('image staging');
        expect(edges).toContain('lint staging');
        expect(edges).toHaveLength(12);
    });

    it('survives what is not there and what goes round', () => {
        expect(layOut([]).nodes).toEqual([]);
        expect(layOut([job('a', 'gone'), job('b', 'c'), job('c', 'b')]).nodes).toHaveLength(3);
    });

    it('draws many variants as one node', () => {
        const cells = Array.from({ length: 60 }, (_, i) => job(`unit (linux, ${i})`, 'compile'));
        const found = bundles([job('compile'), ...cells, job('image', ...cells.map((cell) => cell.name))]);
        expect(found.map((bundle) => [bundle.name, bundle.needs, bundle.jobs.length])).toEqual([
            ['compile', [], 1],
            ['unit', ['compile'], 60],
            ['image', ['unit'], 1],
        ]);
        expect(bundles(PIPELINE)).toHaveLength(PIPELINE.length);
    });

    it('shows of a variant what tells it from its neighbours', () => {
        expect(parts('checkout')).toEqual({ stem: 'checkout', variant: '' });
        expect(parts('unit (linux, 21)')).toEqual({ stem: 'unit', variant: 'linux, 21' });
        expect(parts('unit (eclipse-temurin, 21)')).toEqual({ stem: 'unit', variant: 'ecl…rin, 21' });
        expect(parts('unit (eclipse-temurin, 25)').variant).not.toBe(parts('unit (eclipse-temurin, 21)').variant);
    });
});
