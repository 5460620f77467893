import { describe, expect, it } from 'vitest';
import { plain, spans } from '../src/core/ansi';

const E = '\u001b';

describe('spans', () => {
    it('gives a line without sequences as one span', () => {
        expect(spans('hello <b>')).toEqual([{ text: 'hello <b>', style: '' }]);
        expect(spans('')).toEqual([]);
    });

    it('turns colours and weights into class names', () => {
        expect(spans(`a${E}[1;31mb${E}[0mc`)).toEqual([
            { text: 'a', style: '' },
            { text: 'b', style: 'f-red bold' },
            { text: 'c', style: '' },
        ]);
        expect(spans(`${E}[94;44mx${E}[39my${E}[49mz`)).toEqual([
            { text: 'x', style: 'f-blue b-blue' },
            { text: 'y', style: 'b-blue' },
            { text: 'z', style: '' },
        ]);
    });

    it('takes an empty parameter for a reset and switches weights off', () => {
        expect(spans(`${E}[1mx${E}[my`)).toEqual([
            { text: 'x', style: 'bold' },
            { text: 'y', style: '' },
        ]);
        expect(spans(`${E}[1;3;4mx${E}[22;23;24my`).at(-1)).toEqual({ text: 'y', style: '' });
    });

    it('maps 256 colours and true colours to the nearest of the sixteen', () => {
        expect(spans(`${E}[38;5;196mx`)).toEqual([{ text: 'x', style: 'f-red' }]);
        expect(spans(`${E}[38;2;20;200;30;1mx`)).toEqual([{ text: 'x', style: 'f-green bold' }]);
        expect(spans(`${E}[48;5;21mx`)).toEqual([{ text: 'x', style: 'b-blue' }]);
    });

    it('drops every other sequence and control character', () => {
        expect(plain(`${E}[2Ka${E}]8;;http://x${E}\\b${E}]0;title\u0007c\u0000\u0008\u009bd`)).toBe('abcd');
        expect(plain(`half a sequence ${E}[3`)).toBe('half a sequence 3');
        expect(plain(`at the end ${E}`)).toBe('at the end ');
    });

    it('exchanges the colours of inverse text', () => {
        expect(spans(`${E}[7mx`)).toEqual([{ text: 'x', style: 'inverse' }]);
        expect(spans(`${E}[31;7mx`)).toEqual([{ text: 'x', style: 'b-red' }]);
    });

    it('joins neighbours of one style', () => {
        expect(spans(`${E}[31ma${E}[31mb`)).toEqual([{ text: 'ab', style: 'f-red' }]);
    });
});
