import { type Fit, inOrder } from '../../src/engines/postgresql/tool-choice';

const all = [13, 14, 15, 16, 17, 18];

test.each<[string, Fit, readonly number[], number | undefined]>([
  ['a copy is made by the tools of the server', { kind: 'copies', server: 15 }, all, 15],
  ['or by the next newer, whose dumps most others read', { kind: 'copies', server: 14 }, [13, 16, 18], 16],
  ['never by older ones', { kind: 'copies', server: 17 }, [13, 16], undefined],
  ['files are for the tools of their own version', { kind: 'same', server: 16 }, all, 16],
  ['and for no others', { kind: 'same', server: 16 }, [15, 17], undefined],
  ['a dump is read by the version that wrote it', { kind: 'reads', dump: 15 }, all, 15],
  ['or by the next newer', { kind: 'reads', dump: 15 }, [14, 18, 17], 17],
  ['never by an older one', { kind: 'reads', dump: 17 }, [15, 16], undefined],
  ['a dump is loaded by the tools of the server', { kind: 'loads', dump: 13, server: 18 }, all, 18],
  ['by newer ones where the dump asks for that', { kind: 'loads', dump: 16, server: 14 }, all, 16],
  [
    'by older ones rather than by those that an older server stops',
    { kind: 'loads', dump: 13, server: 16 },
    [14, 17],
    14,
  ],
  ['by those only where there are no others', { kind: 'loads', dump: 13, server: 16 }, [17, 18], 17],
  ['or where the dump asks for them', { kind: 'loads', dump: 17, server: 16 }, all, 17],
  ['by older tools than the server, where they read the dump', { kind: 'loads', dump: 15, server: 18 }, [15, 16], 16],
  ['never by tools that cannot read it', { kind: 'loads', dump: 17, server: 18 }, [15, 16], undefined],
  ['commands of all versions come from the nearest', { kind: 'works', server: 16 }, [13, 18], 18],
])('%s', (_, fit, installed, chosen) => {
  expect(inOrder(installed, fit)[0]).toBe(chosen);
});
