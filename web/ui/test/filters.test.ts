import { describe, expect, it } from 'vitest';
import { asked, oneOf } from '../src/core/filters';

describe('filters', () => {
    it('are those words of the address that the page knows', () => {
        expect(asked('?q=%20fix%20&state=failed&project=&other=1', ['q', 'state', 'project', 'branch'])).toEqual({ q: 'fix', state: 'failed' });
        expect(asked('', ['q'])).toEqual({});
    });
    it('are one of a few words or none', () => {
        expect([oneOf(['failed', 'moving'], 'moving'), oneOf(['failed'], 'all'), oneOf(['failed'], undefined)]).toEqual(['moving', null, null]);
    });
});
