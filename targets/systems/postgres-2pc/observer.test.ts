import { describe, expect, it } from 'vitest';
import { Book, type Seen } from './observer.ts';

const seen = (
  participant: string,
  { prepared = [], refused = [], applied = {} }: { prepared?: number[]; refused?: number[]; applied?: Record<number, string> },
): Seen => ({
  participant,
  prepared,
  refused,
  applied: new Map(Object.entries(applied).map(([id, names]) => [Number(id), names.split(' ')])),
});

/** What is written down, in short. */
function book(): { readonly book: Book; readonly written: string[] } {
  const written: string[] = [];
  const observed = new Book((who, f, value, key) => {
    const { participant, vote, decision } = (value ?? {}) as { participant?: string; vote?: string; decision?: string };
    written.push(who === 'participants' && f === 'complete' ? f : `${participant} ${key} ${vote ?? decision}`);
  });
  return { book: observed, written };
}

describe('what participants are seen to do', () => {
  it('is written down once', () => {
    const { book: own, written } = book();
    own.note(seen('n2', { prepared: [1, 2] }));
    own.note(seen('n2', { prepared: [2], refused: [3], applied: { 1: 'n2 n3' } }));
    own.note(seen('n2', { prepared: [2], refused: [3], applied: { 1: 'n2 n3' } }));
    own.note(undefined);
    expect(written).toEqual(['n2 1 yes', 'n2 2 yes', 'n2 3 no', 'n2 1 commit']);
  });

  it('is an abort where what was prepared is gone and was not applied', () => {
    const { book: own, written } = book();
    own.note(seen('n2', { prepared: [1, 2] }));
    own.note(seen('n3', { prepared: [] }));
    own.note(seen('n2', { applied: { 1: 'n2 n3' } }));
    expect(written.slice(2)).toEqual(['n2 1 commit', 'n2 2 abort']);
  });

  it('is a yes as well where it was committed between two looks', () => {
    const { book: own, written } = book();
    own.note(seen('n3', { applied: { 4: 'n3' } }));
    expect(written).toEqual(['n3 4 yes', 'n3 4 commit']);
  });

  it('is, at the end, an abort of whoever has not applied what the others have, and no decision of whoever is in doubt', () => {
    const { book: own, written } = book();
    own.close([seen('n2', { applied: { 1: 'n2 n3', 2: 'n2 n3', 3: 'n2 n3' } }), seen('n3', { prepared: [2], applied: { 3: 'n2 n3' } })]);
    expect(written.filter((line) => line.startsWith('n3'))).toEqual(['n3 2 yes', 'n3 3 yes', 'n3 3 commit', 'n3 1 abort']);
    expect(written.at(-1)).toBe('complete');
  });
});
