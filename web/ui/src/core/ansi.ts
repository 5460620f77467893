/** A stretch of a line in one style; `style` holds class names, '' for none; `href` where it is a link. */
export interface Span {
    text: string;
    style: string;
    href?: string;
}

/** What is on: a line begins with what the one before it left on. */
export interface Style {
    fore: string;
    back: string;
    bold: boolean;
    dim: boolean;
    italic: boolean;
    underline: boolean;
    inverse: boolean;
}

export const PLAIN: Style = { fore: '', back: '', bold: false, dim: false, italic: false, underline: false, inverse: false };
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ESCAPE = '\u001b';
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\u001b\[([0-9;:]{0,64})m|\u001b\]8;[^;\u0007\u001b]*;([^\u0007\u001b]*)(?:\u0007|\u001b\\)|\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]|$)/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * A line as spans of text. Colours and weights (SGR) become class names, links (OSC 8) to http and https stay links;
 * every other escape sequence and control character is dropped.
 *
 * @param from what is on where the line begins
 */
export function spans(line: string, from: Style = PLAIN): Span[] {
    if (!line.includes(ESCAPE)) return line === '' ? [] : [{ text: clean(line), style: classes(from) }];
    const found: Span[] = [];
    let style = from;
    let href: string | undefined;
    let start = 0;
    for (const match of line.matchAll(SEQUENCE)) {
        add(found, line.slice(start, match.index), style, href);
        if (match[1] !== undefined) style = apply(style, match[1]);
        if (match[2] !== undefined) href = linkTo(match[2]);
        start = match.index + match[0].length;
    }
    add(found, line.slice(start), style, href);
    return found;
}

/** What is on behind the line. */
export function after(line: string, from: Style): Style {
    if (!line.includes(ESCAPE)) return from;
    let style = from;
    for (const match of line.matchAll(SEQUENCE)) {
        if (match[1] !== undefined) style = apply(style, match[1]);
    }
    return style;
}

/** What these parameters turn on. */
export const styleOf = (parameters: string): Style => (parameters === '' ? PLAIN : apply(PLAIN, parameters));

const linkTo = (url: string) => (/^https?:\/\/[^\s]{1,2000}$/.test(url) ? url : undefined);

/** The line without any sequence: what is copied and read aloud. */
export function plain(line: string): string {
    return clean(line.includes(ESCAPE) ? line.replace(SEQUENCE, '') : line);
}

const clean = (text: string) => text.replace(CONTROL, '');

function add(to: Span[], raw: string, style: Style, href: string | undefined) {
    const text = clean(raw);
    if (text === '') return;
    const names = classes(style);
    const last = to.at(-1);
    if (last && last.style === names && last.href === href) last.text += text;
    else to.push(href === undefined ? { text, style: names } : { text, style: names, href });
}

function classes(style: Style): string {
    if (style === PLAIN) return '';
    const names: string[] = [];
    const [fore, back] = style.inverse ? [style.back, style.fore] : [style.fore, style.back];
    if (fore) names.push(`f-${fore}`);
    if (back) names.push(`b-${back}`);
    if (style.inverse && !fore && !back) names.push('inverse');
    if (style.bold) names.push('bold');
    if (style.dim) names.push('dim');
    if (style.italic) names.push('italic');
    if (style.underline) names.push('underline');
    return names.join(' ');
}

function apply(before: Style, parameters: string): Style {
    let style = { ...before };
    const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
    for (let i = 0; i < codes.length; i++) {
        const code = codes[i] ?? 0;
        if (code === 38 || code === 48) {
            const [colour, used] = extended(codes.slice(i + 1));
            if (code === 38) style.fore = colour;
            else style.back = colour;
            i += used;
        } else {
            style = one(style, code);
        }
    }
    return style;
}

/** After 38 or 48: `5;n` of 256 colours, or `2;r;g;b`; both become the nearest of the sixteen. */
function extended(codes: number[]): [string, number] {
    if (codes[0] === 5) return [ofPalette(codes[1] ?? 0), 2];
    if (codes[0] === 2) return [nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), 4];
    return ['', 0];
}

function ofPalette(n: number): string {
    if (n < 8) return NAMES[n] ?? '';
    if (n < 16) return NAMES[n - 8] ?? '';
    if (n >= 232) return n < 240 ? 'black' : 'white';
    const level = (digit: number) => (digit === 0 ? 0 : 55 + 40 * digit);
    const cube = n - 16;
    return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function nearest(red: number, green: number, blue: number): string {
    const most = Math.max(red, green, blue);
    if (most < 64) return 'black';
    const bit = (channel: number, value: number) => (channel > most * 0.6 ? value : 0);
    return NAMES[bit(red, 1) + bit(green, 2) + bit(blue, 4)] ?? '';
}

function one(style: Style, code: number): Style {
    if (code >= 30 && code <= 37) return { ...style, fore: NAMES[code - 30] ?? '' };
    if (code >= 90 && code <= 97) return { ...style, fore: NAMES[code - 90] ?? '' };
    if (code >= 40 && code <= 47) return { ...style, back: NAMES[code - 40] ?? '' };
    if (code >= 100 && code <= 107) return { ...style, back: NAMES[code - 100] ?? '' };
    switch (code) {
        case 0:
            return PLAIN;
        case 1:
            return { ...style, bold: true };
        case 2:
            return { ...style, dim: true };
        case 3:
            return { ...style, italic: true };
        case 4:
            return { ...style, underline: true };
        case 7:
            return { ...style, inverse: true };
        case 22:
            return { ...style, bold: false, dim: false };
        case 23:
            return { ...style, italic: false };
        case 24:
            return { ...style, underline: false };
        case 27:
            return { ...style, inverse: false };
        case 39:
            return { ...style, fore: '' };
        case 49:
            return { ...style, back: '' };
        default:
            return style;
    }
}
