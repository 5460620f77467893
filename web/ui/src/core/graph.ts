/** What is drawn as a node. */
export interface GraphJob {
    name: string;
    needs: string[];
}

export interface GraphNode {
    name: string;
    x: number;
    y: number;
}

export interface GraphEdge {
    from: string;
    to: string;
    /** An SVG path. */
    path: string;
}

export interface Graph {
    nodes: GraphNode[];
    edges: GraphEdge[];
    width: number;
    height: number;
}

export const NODE = { width: 148, height: 40 };
const GAP = { across: 40, down: 10, lane: 16 };
const MARGIN = 12;
const SWEEPS = 12;

/** A job, or a place where a long edge passes a column. */
interface Place {
    name: string;
    column: number;
    real: boolean;
    before: Place[];
    after: Place[];
    y: number;
}

/**
 * A graph in columns: each job stands in the first column behind all that it needs, edges that pass a column have a
 * lane of their own there. An edge that others imply is left out.
 */
export function layOut(jobs: GraphJob[]): Graph {
    const known = new Map(jobs.map((job) => [job.name, job]));
    const needs = new Map(jobs.map((job) => [job.name, job.needs.filter((need) => known.has(need) && need !== job.name)]));
    const columns = columnsOf(jobs, needs);
    const edges = jobs.flatMap((job) => necessary(job.name, needs).map((from) => ({ from, to: job.name })));
    const places = new Map<string, Place>(
        jobs.map(({ name }) => [name, { name, column: columns.get(name) ?? 0, real: true, before: [], after: [], y: 0 }]),
    );
    const lanes = edges.map((edge) => lane(edge, places));
    const layers = layersOf([...places.values(), ...lanes.flatMap((way) => way.slice(1, -1))]);
    arrange(layers);
    const top = Math.min(...layers.flat().map((place) => place.y), 0);
    for (const place of layers.flat()) place.y -= top - MARGIN;
    const bottom = Math.max(...layers.flat().map((place) => place.y + height(place)), 0);
    return {
        nodes: jobs.map(({ name }) => ({ name, x: left(columns.get(name) ?? 0), y: places.get(name)?.y ?? 0 })),
        edges: edges.map((edge, i) => ({ ...edge, path: pathOf(lanes[i] ?? []) })),
        width: layers.length === 0 ? 0 : left(layers.length - 1) + NODE.width + MARGIN,
        height: bottom + MARGIN,
    };
}

const left = (column: number) => MARGIN + column * (NODE.width + GAP.across);
const height = (place: Place) => (place.real ? NODE.height : 0);

function columnsOf(jobs: GraphJob[], needs: Map<string, string[]>): Map<string, number> {
    const columns = new Map<string, number>();
    const visit = (name: string, above: Set<string>): number => {
        const known = columns.get(name);
        if (known !== undefined) return known;
        if (above.has(name)) return 0; // a circle, which the server refuses
        above.add(name);
        const column = Math.max(-1, ...(needs.get(name) ?? []).map((need) => visit(need, above))) + 1;
        above.delete(name);
        columns.set(name, column);
        return column;
    };
    for (const job of jobs) visit(job.name, new Set());
    return columns;
}

/** What a job needs, less what one of these needs anyway. */
function necessary(name: string, needs: Map<string, string[]>): string[] {
    const direct = needs.get(name) ?? [];
    const implied = new Set<string>();
    const collect = (of: string) => {
        for (const need of needs.get(of) ?? []) {
            if (implied.has(need)) continue;
            implied.add(need);
            collect(need);
        }
    };
    direct.forEach(collect);
    return direct.filter((need) => !implied.has(need));
}

/** The places of an edge, one in each column that it passes. */
function lane(edge: { from: string; to: string }, places: Map<string, Place>): Place[] {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    if (!from || !to) return [];
    const way = [from];
    for (let column = from.column + 1; column < to.column; column++) {
        way.push({ name: '', column, real: false, before: [], after: [], y: 0 });
    }
    way.push(to);
    for (let i = 1; i < way.length; i++) {
        way[i - 1]?.after.push(way[i] as Place);
        way[i]?.before.push(way[i - 1] as Place);
    }
    return way;
}

function layersOf(places: Place[]): Place[][] {
    const layers: Place[][] = [];
    for (const place of places) (layers[place.column] ??= []).push(place);
    return layers;
}

/** Neighbours near each other: by the middle of what they are tied to, to and fro. */
function arrange(layers: Place[][]) {
    layers.forEach((layer) => stack(layer, layer.map((_, i) => i * (NODE.height + GAP.down))));
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
        const forward = sweep % 2 === 0;
        for (const layer of forward ? layers : [...layers].reverse()) {
            const wish = new Map(layer.map((place) => [place, wished(place, forward ? place.before : place.after)]));
            if (sweep < SWEEPS - 4) layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
            stack(layer, layer.map((place) => wish.get(place) ?? 0));
        }
    }
}

/** Where its top would be if its middle were level with the middle of these. */
function wished(place: Place, ties: Place[]): number {
    if (ties.length === 0) return place.y;
    const middle = ties.reduce((sum, tie) => sum + tie.y + height(tie) / 2, 0) / ties.length;
    return middle - height(place) / 2;
}

/** One below the other, each as near to its wish as the others let it. */
function stack(layer: Place[], wishes: number[]) {
    const first = layer[0];
    if (!first) return;
    let offset = 0;
    const least: number[] = [];
    layer.forEach((place, i) => {
        const above = layer[i - 1];
        if (above) offset += height(above) + (above.real && place.real ? GAP.down : GAP.lane);
        least.push(offset);
    });
    // Groups that touch move as one, to the mean of what their members wish.
    const groups: { from: number; sum: number; size: number }[] = [];
    layer.forEach((_, i) => {
        groups.push({ from: i, sum: (wishes[i] ?? 0) - (least[i] ?? 0), size: 1 });
        for (;;) {
            const last = groups.at(-1);
            const before = groups.at(-2);
            if (!last || !before || before.sum / before.size <= last.sum / last.size) break;
            before.sum += last.sum;
            before.size += last.size;
            groups.pop();
        }
    });
    for (const group of groups) {
        for (let i = group.from; i < group.from + group.size; i++) {
            const place = layer[i];
            if (place) place.y = (least[i] ?? 0) + group.sum / group.size;
        }
    }
}

function pathOf(way: Place[]): string {
    const middle = (place: Place) => round(place.y + height(place) / 2);
    const parts: string[] = [];
    way.forEach((place, i) => {
        const next = way[i + 1];
        if (i === 0) parts.push(`M${left(place.column) + NODE.width} ${middle(place)}`);
        else if (!place.real) parts.push(`H${left(place.column) + NODE.width}`);
        if (!next) return;
        const x = left(place.column) + NODE.width;
        const to = left(next.column);
        const bend = (x + to) / 2;
        parts.push(`C${bend} ${middle(place)} ${bend} ${middle(next)} ${to} ${middle(next)}`);
    });
    return parts.join('');
}

const round = (n: number) => Math.round(n * 10) / 10;

/** More jobs than this are drawn together where they belong together, and beyond the second only listed. */
export const MANY = { together: 40, listed: 150 };

/** Jobs that are one node: variants of one name that need the same. */
export interface Bundle<T> {
    name: string;
    needs: string[];
    jobs: T[];
}

/** Each job alone; of many jobs the variants `unit (linux, 21)`, `unit (linux, 25)` as one `unit`. */
export function bundles<T extends GraphJob>(jobs: T[]): Bundle<T>[] {
    if (jobs.length <= MANY.together) return jobs.map((job) => ({ name: job.name, needs: job.needs, jobs: [job] }));
    const stem = (name: string) => name.replace(/ ?[([].*$/, '');
    const found = new Map<string, Bundle<T>>();
    for (const job of jobs) {
        const name = stem(job.name);
        const bundle = found.get(name) ?? { name, needs: [], jobs: [] };
        bundle.jobs.push(job);
        bundle.needs = [...new Set([...bundle.needs, ...job.needs.map(stem)])].filter((need) => need !== name);
        found.set(name, bundle);
    }
    return [...found.values()];
}

/** A job's name in two parts: `unit` and `linux, 21` of `unit (linux, 21)`. What tells variants apart stands at their ends. */
export function parts(name: string): { stem: string; variant: string } {
    const found = /^(.+?) ?[([](.+)[)\]]$/.exec(name);
    const variant = found?.[2] ?? '';
    const cells = variant.split(', ');
    const short = variant.length > 14 && cells.length > 1 ? cells.map((cell) => ends(cell)).join(', ') : variant;
    return { stem: found?.[1] ?? name, variant: short };
}

/** Beginning and end of a long word: what differs is hardly ever in its middle. */
const ends = (cell: string) => (cell.length > 7 ? `${cell.slice(0, 3)}…${cell.slice(-3)}` : cell);
